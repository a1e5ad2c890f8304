package io.walferry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

final class PostgresErrorsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "28P01 | password authentication failed for user \"me\" | AUTHENTICATION_FAILED",
        "28000 | role \"me\" does not exist | AUTHENTICATION_FAILED",
        "28000 | no pg_hba.conf entry for host \"::1\", user \"me\" | AUTHENTICATION_FAILED",
        "28000 | connection requires a valid client certificate | CLIENT_CERTIFICATE_REFUSED",
        "28000 | no pg_hba.conf entry for replication connection from | REPLICATION_NOT_ALLOWED",
        "42501 | must be superuser or replication role to start walsender |"
            + " REPLICATION_NOT_ALLOWED",
        "42501 | permission denied to start WAL sender | REPLICATION_NOT_ALLOWED",
        "42501 | permission denied to use replication slots | REPLICATION_NOT_ALLOWED",
        "42501 | permission denied for table replication_log | PERMISSION_DENIED",
        "3D000 | database \"shop\" does not exist | DATABASE_MISSING",
        "53300 | sorry, too many clients already | TOO_MANY_CONNECTIONS",
        "53300 | number of requested standby connections exceeds max_wal_senders | NO_FREE_SENDER",
        "53400 | all replication slots are in use | NO_FREE_SLOT",
        "55006 | replication slot \"a\" is active for PID 42 | SLOT_ACTIVE",
        "55000 | logical decoding requires wal_level >= logical | WAL_LEVEL_TOO_LOW",
        "55000 | can no longer get changes from replication slot \"a\" | SLOT_UNUSABLE",
        "55000 | cannot execute this now | INTERNAL",
        "55000 | cannot use replication slot \"a\" for logical decoding | SERVER_UNAVAILABLE",
        "0A000 | logical decoding cannot be used while in recovery | SERVER_UNAVAILABLE",
        "0A000 | cannot do that | INTERNAL",
        "25006 | cannot execute CREATE PUBLICATION in a read-only transaction | SERVER_UNAVAILABLE",
        "42704 | replication slot \"a\" does not exist | SLOT_MISSING",
        "42704 | publication \"a\" does not exist | PUBLICATION_MISSING",
        "42704 | Publikation »a« existiert nicht | PUBLICATION_MISSING",
        "42710 | replication slot \"a\" already exists | SLOT_EXISTS",
        "42P01 | relation \"a\" does not exist | TABLE_MISSING",
        "55P03 | canceling statement due to lock timeout | SOURCE_SCHEMA_MOVING",
        "57P01 | terminating connection due to administrator command | SERVER_UNAVAILABLE",
        "57P03 | the database system is starting up | SERVER_UNAVAILABLE",
        "58P01 | requested WAL segment has already been removed | SLOT_UNUSABLE",
        "XX000 | could not open relation with OID 4711 | SOURCE_SCHEMA_MOVING",
        "XX001 | invalid page in block 3 | INTERNAL",
        "42601 | syntax error | INTERNAL",
      })
  void serverErrorsHaveCodes(String state, String message, ErrorCode code) {
    WalferryException error = PostgresErrors.translate(serverError(state, message), "test");
    assertEquals(code, error.code());
    assertEquals("could not test: " + message + " (SQLState " + state + ")", error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "08001 | Connection to db:5432 refused. | CONNECTION_FAILED | CONNECTION_FAILED",
        "08006 | An I/O error occurred while sending | CONNECTION_LOST | CONNECTION_FAILED",
        "08003 | This connection has been closed. | CONNECTION_LOST | CONNECTION_FAILED",
        "08004 | The server does not support SSL. | TLS_FAILED | TLS_FAILED",
        "08004 | no password was provided | AUTHENTICATION_FAILED | AUTHENTICATION_FAILED",
        "08P01 | unexpected message | PROTOCOL_VIOLATION | PROTOCOL_VIOLATION",
      })
  void driverErrorsHaveCodes(String state, String message, ErrorCode later, ErrorCode connecting) {
    SQLException cause = new SQLException(message, state);
    assertEquals(later, PostgresErrors.translate(cause, "test").code());
    assertEquals(connecting, PostgresErrors.translateConnecting(cause, "test").code());
  }

  @Test
  void anUnknownHostIsSaid() {
    SQLException cause =
        new SQLException("The attempt failed.", "08001", new UnknownHostException("db.example"));
    assertEquals(
        "could not test: the host db.example is unknown (SQLState 08001)",
        PostgresErrors.translate(cause, "test").getMessage());
  }

  @Test
  void aFailedHandshakeIsATlsProblem() {
    SQLException cause =
        new SQLException("SSL error", "08006", new SSLHandshakeException("bad certificate"));
    WalferryException error = PostgresErrors.translate(cause, "test");
    assertEquals(ErrorCode.TLS_FAILED, error.code());
    assertEquals("could not test: no TLS: bad certificate (SQLState 08006)", error.getMessage());
  }

  @Test
  void messagesShowNoDetailAndNoDataErrors() {
    String detail = "C23505\0MKey (mail)=(hunter2) exists\0DKey (mail)=(hunter2)\0\0";
    PSQLException cause = new PSQLException(new ServerErrorMessage("SERROR\0" + detail), false);
    WalferryException error = PostgresErrors.translate(cause, "test");
    assertFalse(String.valueOf(error.getMessage()).contains("hunter2"), error.getMessage());
    assertEquals("could not test: (SQLState 23505)", error.getMessage());
  }

  private static PSQLException serverError(String state, String message) {
    return new PSQLException(
        new ServerErrorMessage("SERROR\0C" + state + "\0M" + message + "\0DKey (a)=(b)\0\0"));
  }
}
