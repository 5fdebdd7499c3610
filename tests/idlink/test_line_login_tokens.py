"""LINE Login's tokens: dropped, or kept sealed until the link ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from idlink.shop import subject_of
from linecs.errors import ConfigurationError
from linecs.idlink import (
    LineLoginError,
    LinkRegistry,
    ProofError,
    TokenVault,
    TokenVaultError,
    keep_tokens_of,
    sign_up,
)
from linecs.model.link import LoginFlow
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from idlink.shop import Shop
    from linecs.model.link import KeptTokens
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer


class TestTokens:
    """Dropped by default; kept encrypted for shops that deauthorize."""

    @pytest.fixture
    def vault(self) -> TokenVault:
        """Give a vault with one key."""
        return TokenVault([TokenVault.new_key()])

    @pytest.fixture
    def keeping(self, shop: Shop, vault: TokenVault) -> Shop:
        """Give a shop that keeps tokens."""
        return evolve(shop, login=evolve(shop.login, vault=vault))

    def kept(self, keeping: Shop, hanako: Customer, registry: LinkRegistry) -> KeptTokens:
        """Sign a customer up and return the kept tokens."""
        proof = keeping.log_in(hanako, LoginFlow.SIGN_UP)
        link = sign_up(
            registry,
            keeping.store,
            proof,
            subject=subject_of(proof),
            member_id="M1",
            now=keeping.clock(),
        ).link
        assert link is not None
        keep_tokens_of(keeping.store, proof, link)
        found = keeping.store.find_tokens(link.id)
        assert found is not None
        return found

    def test_tokens_are_dropped_by_default(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """Nothing of a login's tokens is in the proof."""
        proof = shop.log_in(hanako)
        (token,) = line.world.login.tokens
        assert proof.sealed_tokens is None
        assert token not in repr(proof) + str(vars(shop.store))

    def test_kept_tokens_are_sealed(
        self,
        keeping: Shop,
        hanako: Customer,
        registry: LinkRegistry,
        line: LineSimulator,
        vault: TokenVault,
    ) -> None:
        """The store holds ciphertext; the vault opens it."""
        kept = self.kept(keeping, hanako, registry)
        (token,) = line.world.login.tokens
        assert token not in str(vars(keeping.store)) + kept.sealed
        assert vault.open(kept.sealed).access_token == token
        assert token not in repr(vault.open(kept.sealed))

    def test_unlinking_deauthorizes(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, line: LineSimulator
    ) -> None:
        """The app's rights are taken back at LINE, as its guidelines ask."""
        kept = self.kept(keeping, hanako, registry)
        keeping.login.deauthorize(kept, now=keeping.clock())
        assert (line.world.login.grants, line.world.login.tokens) == ({}, {})

    def test_deauthorizing_twice_is_done(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, line: LineSimulator
    ) -> None:
        """A job that runs again, or a customer who was faster, is no error."""
        kept = self.kept(keeping, hanako, registry)
        keeping.login.deauthorize(kept, now=keeping.clock())
        keeping.login.deauthorize(kept, now=keeping.clock())
        assert line.world.login.grants == {}

    def test_an_old_access_token_is_refreshed_first(
        self,
        keeping: Shop,
        hanako: Customer,
        registry: LinkRegistry,
        line: LineSimulator,
        clock: VirtualClock,
    ) -> None:
        """After 30 days the refresh token, good for 90, gets one that deauthorizes."""
        kept = self.kept(keeping, hanako, registry)
        clock.advance(days=31)
        keeping.login.deauthorize(kept, now=clock())
        assert line.world.login.grants == {}

    def test_after_ninety_days_line_has_to_be_asked_by_hand(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """No token lives; the caller hears it, and when that is is kept with the tokens."""
        kept = self.kept(keeping, hanako, registry)
        clock.advance(days=90)
        assert clock() >= kept.usable_until
        with pytest.raises(LineLoginError) as told:
            keeping.login.deauthorize(kept, now=clock())
        assert (told.value.operation, told.value.code) == ("refresh", "invalid_grant")

    def test_a_fresh_login_deauthorizes_without_kept_tokens(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """For shops that keep none: one more LINE Login, used at once for that alone."""
        shop.log_in(hanako)
        assert shop.log_in(hanako, LoginFlow.DEAUTHORIZE).deauthorized
        assert line.world.login.grants == {}

    def test_a_deauthorize_that_line_refuses_is_said(
        self, shop: Shop, keeping: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """The proof says that it was not done; kept tokens raise, so that a job tries again."""
        kept = self.kept(keeping, hanako, LinkRegistry())
        line.faults.add(Fault.refuse(500), endpoint="/user/v1/deauthorize")
        assert shop.log_in(hanako, LoginFlow.DEAUTHORIZE).deauthorized is False
        with pytest.raises(LineLoginError) as told:
            keeping.login.deauthorize(kept, now=keeping.clock())
        assert (told.value.operation, told.value.status) == ("deauthorize", 500)

    def test_a_refresh_that_makes_no_sense_is_said(
        self, keeping: Shop, hanako: Customer, clock: VirtualClock, line: LineSimulator
    ) -> None:
        """A 200 without a token is LINE's failure, not a crash."""
        kept = self.kept(keeping, hanako, LinkRegistry())
        clock.advance(days=31)
        line.faults.add(Fault.accept_then_refuse(200, {}), endpoint="/oauth2/v2.1/token")
        with pytest.raises(LineLoginError):
            keeping.login.deauthorize(kept, now=clock())

    def test_a_login_without_a_vault_opens_no_tokens(
        self, shop: Shop, keeping: Shop, hanako: Customer
    ) -> None:
        """The setting that is missing is named."""
        kept = self.kept(keeping, hanako, LinkRegistry())
        with pytest.raises(ConfigurationError, match="vault"):
            shop.login.deauthorize(kept, now=shop.clock())

    def test_dropped_tokens_are_not_kept(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry
    ) -> None:
        """Asking to keep what was dropped keeps nothing."""
        proof = shop.log_in(hanako, LoginFlow.SIGN_UP)
        link = sign_up(
            registry,
            shop.store,
            proof,
            subject=subject_of(proof),
            member_id="M1",
            now=shop.clock(),
        ).link
        assert link is not None
        keep_tokens_of(shop.store, proof, link)
        assert shop.store.find_tokens(link.id) is None

    def test_a_new_key_opens_what_the_old_one_sealed(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, vault: TokenVault
    ) -> None:
        """Keys rotate: the new one is first, the old one stays behind it."""
        old = TokenVault.new_key()
        tokens = vault.open(self.kept(keeping, hanako, registry).sealed)
        sealed = TokenVault([old]).seal(tokens)
        assert TokenVault([TokenVault.new_key(), old]).open(sealed) == tokens

    def test_a_lost_key_opens_nothing(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry
    ) -> None:
        """Without the key the tokens are gone, said without showing them."""
        sealed = self.kept(keeping, hanako, registry).sealed
        with pytest.raises(TokenVaultError) as told:
            TokenVault([TokenVault.new_key()]).open(sealed)
        assert sealed not in str(told.value)

    @pytest.mark.parametrize("keys", [[], ["short"], ["!" * 44]])
    def test_a_vault_needs_real_keys(self, keys: list[str]) -> None:
        """No key, or one that is none, is refused at the start."""
        with pytest.raises(ConfigurationError):
            TokenVault(keys)

    def test_tokens_stay_with_their_line_user(
        self, keeping: Shop, hanako: Customer, line: LineSimulator, registry: LinkRegistry
    ) -> None:
        """Another customer's login does not lend a link its tokens."""
        theirs = keeping.log_in(line.customer("taro"))
        proof = keeping.log_in(hanako, LoginFlow.SIGN_UP)
        link = sign_up(
            registry,
            keeping.store,
            proof,
            subject=subject_of(proof),
            member_id="M1",
            now=keeping.clock(),
        ).link
        assert link is not None
        with pytest.raises(ProofError):
            keep_tokens_of(keeping.store, theirs, link)
