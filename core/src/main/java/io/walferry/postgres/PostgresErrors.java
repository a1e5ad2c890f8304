package io.walferry.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.login.LoginException;
import org.ietf.jgss.GSSException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells what an error of PostgreSQL or its driver means. The SQLState decides; the words of the
 * message only where one state means several things, since servers speak many languages.
 */
public final class PostgresErrors {
  private static final Pattern SENDER_RIGHT =
      Pattern.compile("(?i:wal.?sender)|replication (role|slots)|\\bREPLICATION\\b");

  /** What the server says of a slot that a standby only keeps in step, until it is promoted. */
  private static final Pattern SYNCHRONIZED_SLOT =
      Pattern.compile("cannot use replication slot .* for logical decoding");

  /** What the driver names, in any language, if the certificate is of another host. */
  private static final String HOST_NAME_VERIFIER = "hostnameverifier";

  /** Means, in a session, that an object went while the server looked at it. */
  private static final String INTERNAL_ERROR = "XX000";

  private static final int STATE_LENGTH = 5;
  private static final int CLASS_LENGTH = 2;

  /** Classes of states whose messages name objects, settings and limits; 99 is the driver's. */
  private static final Set<String> QUOTED =
      Set.of(
          "00", "01", "02", "03", "08", "0A", "0B", "24", "25", "26", "28", "2B", "2D", "34", "3B",
          "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "72", "99", "F0", "XX");

  /** Is the state of a {@code RAISE} that names none. */
  private static final String RAISED = "P0001";

  /** The server's sources that report what a function says; such a name is in no language. */
  private static final Set<String> PROCEDURAL =
      Set.of("pl_exec.c", "plperl.c", "plpy_elog.c", "pltcl.c");

  private PostgresErrors() {}

  /**
   * The same failure with its code. Its message quotes the server's primary message and the
   * SQLState; never detail or context, nor the message of a data error: they can show values.
   *
   * @param attempted what failed, as the rest of a sentence: {@code "create slot shop"}
   */
  public static WalferryException translate(SQLException cause, String attempted) {
    return new WalferryException(codeOf(cause), message(cause, attempted), withoutValues(cause));
  }

  /** As {@link #translate}, while there is no session yet that could be lost. */
  static WalferryException translateConnecting(SQLException cause, String attempted) {
    Optional<WalferryException> ours = ours(cause);
    if (ours.isPresent()) {
      String problem = "could not " + attempted + ": " + ours.get().getMessage();
      return new WalferryException(ours.get().code(), problem, cause);
    }
    ErrorCode code = codeOf(cause);
    ErrorCode said =
        switch (code) {
          case CONNECTION_LOST -> ErrorCode.CONNECTION_FAILED;
          // No table is looked at yet.
          case SOURCE_SCHEMA_MOVING -> ErrorCode.INTERNAL;
          default -> code;
        };
    return new WalferryException(said, message(cause, attempted), cause);
  }

  /** What the driver has called of ours fails with our words. */
  private static Optional<WalferryException> ours(SQLException cause) {
    return causes(cause)
        .filter(WalferryException.class::isInstance)
        .map(WalferryException.class::cast)
        .findFirst();
  }

  /** The message may show values, so it goes no further; where the failure came from does. */
  private static SQLException withoutValues(SQLException cause) {
    if (!mayShowValues(cause)) {
      return cause;
    }
    SQLException bare = new SQLException("its message may show values", state(cause));
    bare.setStackTrace(cause.getStackTrace());
    return bare;
  }

  /**
   * Tells whether an error's message may hold values of a row: it is about data, or the author of a
   * function has written it. Only what is known to name objects, settings and limits is quoted.
   */
  public static boolean mayShowValues(SQLException cause) {
    boolean quotable = stateClass(cause).map(QUOTED::contains).orElse(serverError(cause).isEmpty());
    // A statement within a function may be put together of values.
    boolean within = serverError(cause).map(ServerErrorMessage::getInternalQuery).isPresent();
    return !quotable || within || isRaised(cause);
  }

  /**
   * Tells whether a function or trigger of the database has raised the error, with a state and in
   * words of its author's choice.
   */
  public static boolean isRaised(SQLException cause) {
    return RAISED.equals(cause.getSQLState())
        || serverError(cause)
            .map(ServerErrorMessage::getFile)
            .filter(PROCEDURAL::contains)
            .isPresent();
  }

  private static Optional<String> stateClass(SQLException cause) {
    return Optional.ofNullable(cause.getSQLState())
        .filter(state -> state.length() == STATE_LENGTH)
        .map(state -> state.substring(0, CLASS_LENGTH));
  }

  private static String message(SQLException cause, String attempted) {
    String said =
        serverMessage(cause)
            .or(() -> unknownHost(cause))
            .or(() -> unknownAuthority(cause))
            .or(() -> handshake(cause))
            .or(() -> Optional.ofNullable(cause.getMessage()))
            .filter(text -> !mayShowValues(cause))
            .map(text -> text.strip() + " ")
            .orElse("");
    return "could not " + attempted + ": " + said + "(SQLState " + state(cause) + ")";
  }

  /** The driver's own message does not tell an unknown name from a server that does not answer. */
  private static Optional<String> unknownHost(SQLException cause) {
    return cause.getCause() instanceof UnknownHostException unknown
        ? Optional.of("the host " + unknown.getMessage() + " is unknown")
        : Optional.empty();
  }

  /** Java's words for it help nobody. */
  private static Optional<String> unknownAuthority(SQLException cause) {
    return causes(cause).anyMatch(CertPathBuilderException.class::isInstance)
        ? Optional.of("no authority of sslrootcert vouches for the server's certificate")
        : Optional.empty();
  }

  /** The driver's own message may not even mention what has failed. */
  private static Optional<String> handshake(SQLException cause) {
    return causes(cause)
        .filter(link -> link instanceof SSLHandshakeException || isKerberos(link))
        .map(link -> (isKerberos(link) ? "no Kerberos: " : "no TLS: ") + link.getMessage())
        .findFirst();
  }

  private static boolean isKerberos(Throwable link) {
    return link instanceof LoginException || link instanceof GSSException;
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }

  private static String state(SQLException cause) {
    return Optional.ofNullable(cause.getSQLState()).orElse("unknown");
  }

  private static Optional<String> serverMessage(SQLException cause) {
    return serverError(cause).map(ServerErrorMessage::getMessage);
  }

  private static Optional<ServerErrorMessage> serverError(SQLException cause) {
    return cause instanceof PSQLException postgres
        ? Optional.ofNullable(postgres.getServerErrorMessage())
        : Optional.empty();
  }

  private static ErrorCode codeOf(SQLException cause) {
    if (tlsFailed(cause)) {
      return ErrorCode.TLS_FAILED;
    }
    if (causes(cause).anyMatch(PostgresErrors::isKerberos)) {
      return ErrorCode.AUTHENTICATION_FAILED;
    }
    String state = state(cause);
    String said = serverMessage(cause).or(() -> Optional.ofNullable(cause.getMessage())).orElse("");
    return switch (state) {
      case "28000", "28P01" -> authentication(said);
      case "3D000", "57P04" -> ErrorCode.DATABASE_MISSING;
      case "42501" -> rights(said);
      case "42P01", "3F000" -> ErrorCode.TABLE_MISSING;
      case "42704" -> missingObject(said);
      case "42710" -> mentions(said, "slot") ? ErrorCode.SLOT_EXISTS : ErrorCode.INTERNAL;
      case "0A000" ->
          mentions(said, "recovery") ? ErrorCode.SERVER_UNAVAILABLE : ErrorCode.INTERNAL;
      case "25006" -> ErrorCode.SERVER_UNAVAILABLE;
      case "53300" ->
          mentions(said, "max_wal_senders")
              ? ErrorCode.NO_FREE_SENDER
              : ErrorCode.TOO_MANY_CONNECTIONS;
      case "53400" -> ErrorCode.NO_FREE_SLOT;
      case "55000" -> prerequisite(said);
      case "55006" -> ErrorCode.SLOT_ACTIVE;
      case "58P01" -> ErrorCode.SLOT_UNUSABLE;
      case "55P03", "40P01" -> ErrorCode.SOURCE_SCHEMA_MOVING;
      case "42703" -> ErrorCode.SOURCE_SCHEMA_MOVING;
      // An object that was dropped between two looks: "could not open relation with OID …".
      case INTERNAL_ERROR -> ErrorCode.SOURCE_SCHEMA_MOVING;
      case "22021", "22P05" -> ErrorCode.TEXT_UNCONVERTIBLE;
      case "57014", "40001" -> ErrorCode.STATEMENT_CANCELLED;
      case "53100", "53200" -> ErrorCode.SERVER_EXHAUSTED;
      case "57P01", "57P02", "57P03", "58030" -> ErrorCode.SERVER_UNAVAILABLE;
      case "57P05", "25P03", "25P04" -> ErrorCode.CONNECTION_LOST;
      default -> connection(state, said);
    };
  }

  private static ErrorCode authentication(String said) {
    if (mentions(said, "replication connection")) {
      return ErrorCode.REPLICATION_NOT_ALLOWED;
    }
    return mentions(said, "certificat")
        ? ErrorCode.CLIENT_CERTIFICATE_REFUSED
        : ErrorCode.AUTHENTICATION_FAILED;
  }

  private static ErrorCode rights(String said) {
    return SENDER_RIGHT.matcher(said).find()
        ? ErrorCode.REPLICATION_NOT_ALLOWED
        : ErrorCode.PERMISSION_DENIED;
  }

  private static ErrorCode missingObject(String said) {
    if (mentions(said, "publi")) {
      return ErrorCode.PUBLICATION_MISSING;
    }
    return mentions(said, "slot") ? ErrorCode.SLOT_MISSING : ErrorCode.INTERNAL;
  }

  private static ErrorCode prerequisite(String said) {
    if (mentions(said, "wal_level")) {
      return ErrorCode.WAL_LEVEL_TOO_LOW;
    }
    if (SYNCHRONIZED_SLOT.matcher(said).find()) {
      return ErrorCode.SERVER_UNAVAILABLE;
    }
    return mentions(said, "slot") ? ErrorCode.SLOT_UNUSABLE : ErrorCode.INTERNAL;
  }

  private static ErrorCode connection(String state, String said) {
    if (!state.startsWith("08")) {
      return ErrorCode.INTERNAL;
    }
    if (mentions(said, HOST_NAME_VERIFIER)) {
      return ErrorCode.TLS_FAILED;
    }
    if (mentions(said, "channel binding")) {
      return ErrorCode.CHANNEL_BINDING_FAILED;
    }
    if (mentions(said, "ssl") && !state.equals("08006")) {
      return ErrorCode.TLS_FAILED;
    }
    return switch (state) {
      case "08004" ->
          mentions(said, "password") || mentions(said, "authentication") || mentions(said, "scram")
              ? ErrorCode.AUTHENTICATION_FAILED
              : ErrorCode.CONNECTION_FAILED;
      case "08001" -> ErrorCode.CONNECTION_FAILED;
      case "08P01" -> ErrorCode.PROTOCOL_VIOLATION;
      default -> ErrorCode.CONNECTION_LOST;
    };
  }

  private static boolean tlsFailed(SQLException cause) {
    return causes(cause)
        .anyMatch(
            link ->
                link instanceof SSLHandshakeException
                    || link instanceof SSLPeerUnverifiedException
                    || link instanceof CertificateException);
  }

  private static boolean mentions(String said, String word) {
    return said.toLowerCase(Locale.ROOT).contains(word);
  }
}
