"""LINE Login's pages, drawn small: log in, consent, add the account, errors."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from linecs.testing.simulator.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.testing.simulator.accounts import Person
    from linecs.testing.simulator.login_state import LoginChannel

__all__ = ["add_friend_page", "consent_page", "error_page", "form_post_page", "login_page"]

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f3f5f7;color:#1e2330;
font-family:"Hiragino Sans","Noto Sans JP",system-ui,sans-serif;line-height:1.6;
word-break:auto-phrase}
main{max-width:26rem;margin:0 auto;min-height:100vh;background:#fff;padding:2rem 1.25rem}
@media(min-width:32rem){main{min-height:0;margin:3rem auto;border-radius:1rem;
box-shadow:0 2px 16px #0001;padding:2.25rem 2rem}}
h1{font-size:1.25rem;margin:0 0 1rem}
p{margin:.5rem 0 1rem}
.app{display:flex;align-items:center;gap:.75rem;padding:.75rem 0 1rem;
border-bottom:1px solid #e4e7ec;margin-bottom:1rem;font-weight:600}
.mark{width:2.75rem;height:2.75rem;border-radius:.75rem;background:#2f6f4f;color:#fff;
display:grid;place-items:center;font-size:1.25rem}
fieldset{border:0;margin:0 0 1.25rem;padding:0}
legend{font-size:.875rem;color:#5b6472;padding:0;margin-bottom:.25rem}
label{display:flex;gap:.75rem;align-items:center;padding:.75rem 0;
border-bottom:1px solid #eef0f3}
input{width:1.15rem;height:1.15rem;accent-color:#2f6f4f;flex:none}
button{display:block;width:100%;padding:.85rem;border-radius:.6rem;font:inherit;
font-weight:600;cursor:pointer;margin-top:.75rem;border:1px solid #c9ced6;
background:#fff;color:#1e2330}
button.yes{background:#2f6f4f;border-color:#2f6f4f;color:#fff}
button:focus-visible,input:focus-visible{outline:3px solid #8fc7a9;outline-offset:2px}
small{display:block;color:#5b6472;margin-top:1.5rem}
"""

_SCOPES = {
    "profile": "プロフィール情報（表示名・アイコン）",
    "openid": "ユーザー識別子",
    "email": "メールアドレス",
}


def login_page(visit_id: str, channel: LoginChannel, people: Iterable[Person]) -> Answer:
    """Return the page that asks who is there, in place of LINE's email and password."""
    choices = "".join(
        f'<label><input type="radio" name="person" value="{escape(each.name)}"'
        f"{' checked' if not number else ''}>{escape(each.display_name)}</label>"
        for number, each in enumerate(people)
    )
    none = "" if choices else "<p>まだ誰もいません。</p>"
    return _page(
        "ログイン",
        f"""{_app(channel)}
        <form method="post" action="/simulator/login">{_visit(visit_id)}
        <fieldset><legend>ログインする人を選んでください</legend>{choices}{none}</fieldset>
        <button class="yes" name="action" value="login">ログイン</button>
        <button name="action" value="cancel">キャンセル</button></form>""",
    )


def consent_page(
    visit_id: str, channel: LoginChannel, person: Person, scopes: Iterable[str], bot: str
) -> Answer:
    """Return the consent screen.

    Args:
        visit_id: Ties the form to its visit.
        channel: The app that asks.
        person: Who is asked.
        scopes: What is asked for.
        bot: The label of the add-friend option; empty for none.
    """
    asked = "".join(_scope(each) for each in sorted(scopes, reverse=True))
    add = (
        f"""<fieldset><legend>公式アカウント</legend>
        <label><input type="checkbox" name="add_friend" value="yes">{escape(bot)}</label>
        </fieldset>"""
        if bot
        else ""
    )
    return _page(
        "許可の確認",
        f"""{_app(channel)}
        <p>{escape(person.display_name)} さん、このサービスに次の情報の利用を許可しますか。</p>
        <form method="post" action="/simulator/login">{_visit(visit_id)}
        <fieldset><legend>許可する情報</legend>{asked}</fieldset>{add}
        <button class="yes" name="action" value="allow">許可する</button>
        <button name="action" value="cancel">キャンセル</button></form>""",
    )


def add_friend_page(visit_id: str, channel: LoginChannel, bot: str) -> Answer:
    """Return the screen `bot_prompt=aggressive` shows after the consent."""
    return _page(
        "友だち追加",
        f"""{_app(channel)}<p>{escape(bot)}</p>
        <form method="post" action="/simulator/login">{_visit(visit_id)}
        <button class="yes" name="action" value="add">追加する</button>
        <button name="action" value="skip">追加しない</button></form>""",
    )


def error_page(message: str) -> Answer:
    """Return LINE's own error page, for requests that must not go back to the app."""
    page = _page("400 Bad Request", f"<p>{escape(message)}</p>")
    return Answer(status=400, body=page.body, headers=page.headers)


def form_post_page(url: str, fields: Mapping[str, str]) -> Answer:
    """Return a page that posts the fields to the app by itself."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return _page(
        "サービスに戻ります",
        f"""<form method="post" action="{escape(url)}">{inputs}
        <button class="yes">続ける</button></form>
        <script>document.forms[0].submit()</script>""",
    )


def _scope(scope: str) -> str:
    required = "" if scope == "email" else " disabled"
    return (
        f'<label><input type="checkbox" name="scope" value="{scope}" checked{required}>'
        f"{_SCOPES[scope]}</label>"
    )


def _app(channel: LoginChannel) -> str:
    return (
        f'<div class="app"><span class="mark" aria-hidden="true">{escape(channel.name[:1])}'
        f"</span>{escape(channel.name)}</div>"
    )


def _visit(visit_id: str) -> str:
    return f'<input type="hidden" name="visit" value="{escape(visit_id)}">'


def _page(title: str, body: str) -> Answer:
    html = f"""<!doctype html><html lang="ja"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>{body}
<small>linecs シミュレーターの画面です。LINEには接続していません。</small>
</main></body></html>"""
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return Answer(body=html.encode(), headers=headers)
