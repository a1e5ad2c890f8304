package io.walferry.kafka;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Says in our words why something failed at a Kafka cluster. */
final class KafkaErrors {
  private KafkaErrors() {}

  /**
   * The failure as ours.
   *
   * @param action what was tried, as in "write topic shop.public.orders"
   * @param where the cluster
   */
  static WalferryException translate(String action, String where, Throwable failure) {
    Throwable cause = cause(failure);
    return new WalferryException(
        code(cause), "could not " + action + " at " + where + ": " + reason(cause), cause);
  }

  /** Below wrappers that say nothing. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause instanceof ExecutionException || cause.getClass() == KafkaException.class)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static ErrorCode code(Throwable cause) {
    return switch (cause) {
      case KafkaException settings when isTimeout(settings) -> ErrorCode.CONFIGURATION_INVALID;
      case AuthenticationException refused -> ErrorCode.DESTINATION_REFUSED;
      case AuthorizationException refused -> ErrorCode.DESTINATION_REFUSED;
      case InterruptException interrupted -> ErrorCode.INTERRUPTED;
      case InterruptedException interrupted -> ErrorCode.INTERRUPTED;
      case RecordTooLargeException large -> ErrorCode.DESTINATION_RECORD_TOO_LARGE;
      case RecordBatchTooLargeException large -> ErrorCode.DESTINATION_RECORD_TOO_LARGE;
      case ConfigException name when isUnresolved(name) -> ErrorCode.DESTINATION_UNREACHABLE;
      case ConfigException settings -> ErrorCode.CONFIGURATION_INVALID;
      case InvalidRecordException record -> ErrorCode.DESTINATION_SHAPE;
      case InvalidTopicException topic -> ErrorCode.DESTINATION_SHAPE;
      case InvalidReplicationFactorException topic -> ErrorCode.DESTINATION_SHAPE;
      case PolicyViolationException topic -> ErrorCode.DESTINATION_SHAPE;
      case UnsupportedVersionException old -> ErrorCode.DESTINATION_SHAPE;
      case InvalidConfigurationException settings -> ErrorCode.CONFIGURATION_INVALID;
      default -> ErrorCode.DESTINATION_UNREACHABLE;
    };
  }

  /** A producer has no exception of its own for it, but the text of the broker's. */
  private static boolean isTimeout(KafkaException cause) {
    return cause instanceof InvalidTxnTimeoutException
        || String.valueOf(cause.getMessage()).contains("transaction timeout is larger");
  }

  /** A name may be known again later. */
  private static boolean isUnresolved(ConfigException cause) {
    return String.valueOf(cause.getMessage()).contains("resolvable bootstrap");
  }

  /** Messages of Kafka hold names and sizes, but a configuration's may hold what was configured. */
  private static String reason(Throwable cause) {
    return switch (cause) {
      case ConfigException name when isUnresolved(name) ->
          "none of these names is known to the resolver";
      case ConfigException settings -> "the client does not take its settings";
      case KafkaException settings when isTimeout(settings) ->
          "'transactionTimeout' is above the broker's transaction.max.timeout.ms";
      case InvalidRecordException record ->
          "the broker refused a record; a compacted topic takes none without a key, as those of"
              + " tables without a key and of TRUNCATE are ('truncates: false' leaves the latter"
              + " out)";
      case SslAuthenticationException tls -> TlsAdvice.of(tls);
      case UnsupportedSaslMechanismException mechanism ->
          said(mechanism) + "; set 'sasl.mechanism' to one that the brokers take";
      case SaslAuthenticationException login ->
          said(login)
              + "; check 'sasl.user' and 'sasl.password', and that the brokers know this user by"
              + " this 'sasl.mechanism'";
      case InvalidConfigurationException settings ->
          "the client does not take its settings; if they name files of 'tls', see that these are"
              + " PEM, and the key PKCS #8 and 'tls.keyPassword' right";
      case TimeoutException nobody when String.valueOf(nobody.getMessage()).contains("node") ->
          said(nobody)
              + "; if brokers are up there, see that 'tls' and 'sasl' are as their listener wants"
              + " them";
      default -> said(cause);
    };
  }

  private static String said(Throwable cause) {
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
