package io.walferry.kafka;

import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.errors.SslAuthenticationException;

/** Says what to do about a connection by TLS that did not come about. */
final class TlsAdvice {
  private TlsAdvice() {}

  /** The reason, with what to do; the JDK's own words are below several exceptions. */
  static String of(SslAuthenticationException failure) {
    String reason = String.valueOf(innermost(failure).getMessage());
    return "the TLS handshake failed: " + reason + advice(reason.toLowerCase(Locale.ROOT));
  }

  private static Throwable innermost(Throwable failure) {
    Throwable inner = failure;
    for (Optional<Throwable> cause = Optional.of(failure);
        cause.isPresent();
        cause = Optional.ofNullable(inner.getCause())) {
      inner = cause.get();
    }
    return inner;
  }

  private static String advice(String reason) {
    if (reason.contains("certification path") || reason.contains("trust anchor")) {
      return "; 'tls.ca' must name a file with the authority that vouches for the brokers'"
          + " certificates";
    }
    if (reason.contains("no name matching") || reason.contains("no subject alternative")) {
      return "; brokers must be reached by a name that their certificates hold: correct"
          + " 'bootstrapServers' and the brokers' advertised.listeners, or the certificates";
    }
    if (reason.contains("certificate_required")
        || reason.contains("bad_certificate")
        || reason.contains("unknown_ca")
        || reason.contains("certificate_unknown")) {
      return "; the brokers ask for a certificate that they know: see 'tls.certificate' and"
          + " 'tls.key'";
    }
    return "; check 'tls'";
  }
}
