"""RULES D21: certificates are verified, and what is wrong with one is said."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from aggregator.errors import ErrorKind
from tests.end_to_end.hostile.server import FEED, HostileServer, answer, kept, redirect
from tests.end_to_end.hostile.visits import Visitor

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path):
    """A visitor on a machine whose administrator trusts our authority."""
    bundle = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(bundle)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(bundle))
        with Visitor() as visitor:
            yield visitor


def serving(certificate: trustme.LeafCert) -> HostileServer:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    server = HostileServer(context=context)
    server.tells("/feed", kept(answer()))
    return server


def test_a_good_certificate_is_accepted_and_the_connection_kept(authority: trustme.CA, trusting: Visitor):
    with serving(authority.issue_cert("localhost", "127.0.0.1")) as server:
        for _ in range(2):
            assert trusting.visit(server.url(host="localhost")).fetched.body == FEED

        assert trusting.visit(server.url()).fetched.body == FEED
        assert server.connections == 2


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (["another.example"], "is for another name"),
        (["127.0.0.1"], "is for another name"),
        (["*.localhost"], "is for another name"),
    ],
)
def test_a_certificate_of_another_host_is_refused(authority: trustme.CA, trusting: Visitor, names, fault):
    with serving(authority.issue_cert(*names)) as server:
        visit = trusting.visit(server.url(host="localhost"))

        assert visit.says == f"the certificate of localhost {fault}"
        assert server.requests == []


def test_a_certificate_of_another_address_is_refused(authority: trustme.CA, trusting: Visitor):
    with serving(authority.issue_cert("localhost")) as server:
        assert trusting.visit(server.url()).says == "the certificate of 127.0.0.1 is for another address"


def test_an_expired_certificate_is_refused(authority: trustme.CA, trusting: Visitor):
    old = authority.issue_cert("localhost", not_before=LONG_AGO, not_after=LONG_AGO + timedelta(days=90))
    with serving(old) as server:
        visit = trusting.visit(server.url(host="localhost"))

        assert visit.says == "the certificate of localhost has expired"
        assert server.requests == []


def test_a_certificate_that_is_not_valid_yet_hints_at_the_clock(authority: trustme.CA, trusting: Visitor):
    future = datetime.now(UTC) + timedelta(days=30)
    with serving(authority.issue_cert("localhost", not_before=future, not_after=future + timedelta(days=90))) as server:
        assert "is not valid yet (is this machine's clock right?)" in trusting.visit(server.url(host="localhost")).says


def test_an_unknown_authority_is_refused(trusting: Visitor):
    with serving(trustme.CA().issue_cert("localhost")) as server:
        visit = trusting.visit(server.url(host="localhost"))

        assert visit.says == "the certificate of localhost was issued by an authority that this machine doesn't know"


def test_an_authority_of_ones_own_is_trusted_by_setting(tmp_path):
    own = trustme.CA()
    own.cert_pem.write_to_path(tmp_path / "own.pem")
    with serving(own.issue_cert("localhost")) as server:
        with Visitor(ca_bundle=tmp_path / "own.pem") as visitor:
            assert visitor.visit(server.url(host="localhost")).fetched.body == FEED
        with Visitor() as visitor:
            visit = visitor.visit(server.url(host="localhost"))
            assert visit.state.last_error_kind is ErrorKind.UNKNOWN_AUTHORITY


def test_a_certificate_that_a_server_leaves_out_can_be_given(authority: trustme.CA, tmp_path):
    """The server sends its own certificate alone, without that of the authority in between, as careless ones do."""
    between = authority.create_child_ca()
    leaf = between.issue_cert("localhost")
    (tmp_path / "leaf.pem").write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "leaf.pem")
    (tmp_path / "given.pem").write_bytes(between.cert_pem.bytes())
    authority.cert_pem.write_to_path(tmp_path / "root.pem")
    with HostileServer(context=context) as server, pytest.MonkeyPatch.context() as environment:
        server.tells("/feed", answer())
        environment.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))

        with Visitor() as visitor:
            visit = visitor.visit(server.url(host="localhost"))
        with Visitor(ca_bundle=tmp_path / "given.pem") as visitor:
            cured = visitor.visit(server.url(host="localhost"))

    assert visit.state.last_error_kind is ErrorKind.UNKNOWN_AUTHORITY
    assert cured.fetched.body == FEED


def test_a_self_signed_certificate_is_refused(trusting: Visitor, tmp_path):
    authority = trustme.CA()
    pem = tmp_path / "self.pem"
    pem.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    with HostileServer(context=context) as server:
        assert "is self-signed" in trusting.visit(server.url(host="localhost")).says


def test_permission_to_visit_private_addresses_is_no_permission_to_skip_certificates(authority: trustme.CA):
    with serving(authority.issue_cert("localhost")) as server, Visitor(allow_private=True) as visitor:
        assert "doesn't know" in visitor.visit(server.url(host="localhost")).says


def test_https_to_a_port_that_speaks_http_is_explained(server: HostileServer, visitor: Visitor):
    server.tells("/feed", answer())

    visit = visitor.visit(server.url().replace("http://", "https://"))

    assert visit.says == f"what answers at 127.0.0.1:{server.port} does not speak TLS; is it http instead of https?"


def test_a_server_without_a_common_version_is_explained(authority: trustme.CA, trusting: Visitor):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    context.set_ciphers("ECDHE-RSA-AES128-SHA:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with HostileServer(context=context) as server:
        assert trusting.visit(server.url(host="localhost")).says.startswith(
            f"no TLS connection with localhost:{server.port} ("
        )


def test_a_redirect_from_https_to_http_is_followed_without_a_password_only(authority, trusting, server):
    server.tells("/feed", answer())
    with serving(authority.issue_cert("localhost")) as secure:
        secure.tells("/feed", redirect(server.url("/feed", host="localhost"), 302))

        without = trusting.visit(secure.url(host="localhost"))
        with_password = trusting.visit(secure.url(host="localhost", userinfo="user:secret@"))

    assert without.fetched.body == FEED
    assert with_password.says == (
        f"localhost:{secure.port} redirects from https to http, which an address with a password must not"
    )
    assert len(server.requests) == 1


def test_a_body_over_tls_that_is_cut_off_is_an_error(authority: trustme.CA, trusting: Visitor):
    with serving(authority.issue_cert("localhost")) as server:
        server.tells("/feed", answer(200, b"only this", "Content-Length: 500", length=False))

        assert "sent less than it announced" in trusting.visit(server.url(host="localhost")).says
