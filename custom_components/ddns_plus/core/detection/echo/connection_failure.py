"""Failures behind connection errors."""

import errno
import ssl

from ..source import FailureReason, SourceFailure

# the family itself is missing: nothing was sent
_NO_ROUTE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH})
# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID: more likely a wrong local clock
_NOT_YET_VALID = 9


def connection_failure(err: OSError | EOFError) -> SourceFailure:
    """Return the failure behind a socket error, or the early end of a connection."""
    match err:
        case TimeoutError():
            return SourceFailure(FailureReason.TIMEOUT)
        case ssl.SSLCertVerificationError():
            return certificate_failure(err)
        case ssl.SSLError():
            return SourceFailure(FailureReason.TLS_FAILED)
        case OSError(errno=number) if number in _NO_ROUTE:
            return SourceFailure(FailureReason.NO_ROUTE)
    return SourceFailure(FailureReason.UNREACHABLE)


def certificate_failure(err: Exception) -> SourceFailure:
    """Return the failure behind an invalid certificate."""
    early = getattr(err, "verify_code", None) == _NOT_YET_VALID
    return SourceFailure(
        FailureReason.CERTIFICATE_NOT_YET_VALID if early else FailureReason.TLS_FAILED,
        # captive portals show another certificate
        captive_portal=True,
    )
