"""What the errors of a connection say about it, whatever was asked over it."""

import errno
import ssl

from ..source import FailureReason, SourceFailure

# the family itself is not there: nothing was sent
_NO_ROUTE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH})
# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID: more likely our clock than their certificate
_NOT_YET_VALID = 9


def connection_failure(err: OSError | EOFError) -> SourceFailure:
    """Return the failure that an error of a socket, or a connection's early end, stands for."""
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
    """Return the failure of a server that could not show that it is the one asked."""
    early = getattr(err, "verify_code", None) == _NOT_YET_VALID
    return SourceFailure(
        FailureReason.CERTIFICATE_NOT_YET_VALID if early else FailureReason.TLS_FAILED,
        # somebody else's certificate is what a portal in between shows
        captive_portal=True,
    )
