"""Media custody: what customers sent is fetched before LINE forgets it; what we send is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.delivery.account import (
    ContentGone,
    ContentPreparing,
    ContentTooLarge,
    FetchedContent,
    Transcoding,
)
from linecs.delivery.media import new_media_id
from linecs.delivery.pictures import check_video, prepare_picture, prepare_preview
from linecs.delivery.serving import serve
from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS, MINUTE_MS
from linecs.model import Media, MediaState, MessageObject
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from linecs.delivery.media import MediaStore
    from linecs.delivery.serving import ServedMedia
    from linecs.desk.core import DeskCore
    from linecs.model import ChannelId, Job, MessageId

__all__ = ["MediaRoom", "PublishedMedia", "erase_media", "fetch_media"]

_ASK_AGAIN = MINUTE_MS
_LOST_AFTER = 7 * DAY_MS
_CHUNK = 64 * 1024


def fetch_media(core: DeskCore, job: Job) -> int | None:
    """Bring what a customer sent into our own keeping; come back while LINE still prepares it."""
    media = core.storage.read(lambda tx: tx.find(Media, job.subject_id))
    if media is None or media.state is not MediaState.ANNOUNCED:
        return None
    if core.clock() - media.announced_at > _LOST_AFTER:
        _settle(core, media, state=MediaState.LOST, error="LINE did not hand it out.")
        return None
    store = _store(core)
    with store.writer() as writer:
        fetched = core.gateways.of(media.channel_id).content(
            media.line_message_id, writer, limit=core.settings.media_limit
        )
        match fetched:
            case ContentPreparing():
                return _prepare(core, media)
            case ContentGone():
                _settle(core, media, state=MediaState.LOST, error=f"HTTP {fetched.status}")
            case ContentTooLarge():
                error = f"It is larger than {fetched.limit:,} bytes."
                _settle(core, media, state=MediaState.REFUSED, error=error)
            case FetchedContent():
                _keep(core, store, media, fetched, writer.keep())
    return None


def _prepare(core: DeskCore, media: Media) -> int | None:
    """LINE converts long video and audio first; where that failed there is nothing to wait for."""
    if core.gateways.of(media.channel_id).transcoding(media.line_message_id) is Transcoding.FAILED:
        _settle(core, media, state=MediaState.LOST, error="LINE could not convert it.")
        return None
    return core.clock() + _ASK_AGAIN


def _settle(core: DeskCore, media: Media, *, state: MediaState, error: str) -> None:
    after = evolve(media, state=state, error=error)
    core.storage.run(lambda tx: tx.save(media, after, guard=("state",)))


def _keep(
    core: DeskCore, store: MediaStore, media: Media, fetched: FetchedContent, location: str
) -> None:
    kept = evolve(
        media,
        state=MediaState.STORED,
        content_type=fetched.content_type[:255],
        size=fetched.size,
        sha256=fetched.sha256,
        location=location,
    )
    if not core.storage.run(lambda tx: tx.save(media, kept, guard=("state",))):
        # Unsent or erased while it came in: it must not stay.
        store.erase(location)


def erase_media(core: DeskCore, job: Job) -> None:
    """Remove a message's content for good, wherever it is kept."""
    store = _store(core)
    of_message = Query(row=Media, where=(equal("message_id", job.subject_id),))
    for media in core.storage.read(lambda tx: tx.select(of_message)):
        # The file first: a crash in between leaves a row that the job comes back to.
        if media.location:
            store.erase(media.location)
        erased = evolve(media, state=MediaState.ERASED, location="", file_name="", sha256="")
        _save(core, media, erased)


def _save(core: DeskCore, before: Media, after: Media) -> None:
    core.storage.run(lambda tx: tx.save(before, after))


def _store(core: DeskCore) -> MediaStore:
    if core.media_store is None:
        raise ConfigurationError(
            "This desk has no media store; give SupportDesk media=FileMediaStore(directory)."
        )
    return core.media_store


@frozen(kw_only=True)
class PublishedMedia:
    """A picture or video ready to be sent.

    Attributes:
        message: LINE's message object, to be passed to `reply`.
    """

    media_ids: tuple[str, ...]
    message: MessageObject


class MediaRoom:
    """What a host does with pictures and video; `desk.media`."""

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    def publish(
        self, channel_id: ChannelId, content: bytes, *, preview: bytes | None = None
    ) -> PublishedMedia:
        """Keep a picture or an mp4 for sending, and return the message object that shows it.

        A picture is made to fit LINE's limits and gets its preview; a video needs `preview`, a
        picture. The addresses are unguessable and live as long as the message: LINE fetches
        them when the customer first looks, perhaps days later. Opens its own transaction.

        Raises:
            PictureError: It is no picture or video that LINE takes.
            ConfigurationError: There is no media store or no public address.
        """
        store, base = _store(self._core), self._core.media_url.rstrip("/")
        if not base.startswith("https://") and not base.startswith("http://127.0.0.1"):
            raise ConfigurationError(
                "SupportDesk media_url must be the https address your media view is mounted at."
            )
        if preview is None:
            prepared = prepare_picture(content)
            kind, first, second = "image", prepared.original, prepared.preview
            files = [(first.data, first.content_type), (second.data, second.content_type)]
        else:
            check_video(content[:12], len(content))
            kind, still = "video", prepare_preview(preview)
            files = [(content, "video/mp4"), (still.data, still.content_type)]
        rows = [self._kept(store, channel_id, kind, data, what) for data, what in files]
        self._core.storage.run(lambda tx: tx.insert(*rows))
        original, shown = (f"{base}/{row.id}" for row in rows)
        message = {"type": kind, "originalContentUrl": original, "previewImageUrl": shown}
        return PublishedMedia(media_ids=tuple(row.id for row in rows), message=message)

    def _kept(
        self, store: MediaStore, channel_id: ChannelId, kind: str, data: bytes, content_type: str
    ) -> Media:
        with store.writer() as writer:
            writer.write(data)
            location = writer.keep()
        return Media(
            id=new_media_id(),
            channel_id=channel_id,
            conversation_id=None,
            message_id=None,
            kind=kind,
            state=MediaState.STORED,
            content_type=content_type,
            size=len(data),
            location=location,
            announced_at=self._core.clock(),
        )

    def serve(self, media_id: str, *, public: bool = True, range_header: str = "") -> ServedMedia:
        """Return the HTTP answer that the host's one media view gives as it is.

        Args:
            media_id: The last part of the address.
            public: Whether anybody may ask, as LINE does for what we send. False only where the
                host has checked that an operator asks: then also what customers sent is given.
            range_header: The request's `Range`, for video players.
        """
        media = self._core.storage.read(lambda tx: tx.find(Media, media_id[:255]))
        return serve(media, _store(self._core), public=public, range_header=range_header)

    def of_message(self, message_id: MessageId) -> Media | None:
        """Return what is kept of a bubble's content, None where it has none."""
        query = Query(row=Media, where=(equal("message_id", message_id),), limit=1)
        found = self._core.storage.read(lambda tx: tx.select(query))
        return found[0] if found else None
