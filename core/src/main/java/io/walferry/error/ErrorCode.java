package io.walferry.error;

/**
 * Why something failed. Whether it is tried again, the advice to the operator and the process's
 * exit code follow from the code, here and nowhere else.
 */
public enum ErrorCode {
  CONFIGURATION_INVALID(Retry.NEVER, Exit.USAGE, "Correct the configuration and start again."),
  CONFIGURATION_UNREADABLE(
      Retry.NEVER,
      Exit.USAGE,
      "Name the configuration file, as in 'walferry run walferry.yaml'; 'walferry run --help' shows"
          + " an example."),

  CONNECTION_FAILED(
      Retry.ALWAYS, Exit.FAILURE, "Check that the server runs and that host and port are right."),
  CONNECTION_LOST(Retry.ALWAYS, Exit.FAILURE, "Check the network and the server's log."),
  SERVER_UNAVAILABLE(
      Retry.ALWAYS, Exit.FAILURE, "The server starts, stops or recovers; try again when it is up."),
  TOO_MANY_CONNECTIONS(
      Retry.ALWAYS, Exit.FAILURE, "Raise max_connections or close connections of other clients."),
  SERVER_EXHAUSTED(
      Retry.BOUNDED,
      Exit.FAILURE,
      "Free disk or memory of the server; many tables or partitions need a higher"
          + " max_locks_per_transaction."),
  STATEMENT_CANCELLED(
      Retry.BOUNDED, Exit.FAILURE, "Find out who or what cancels statements at the server."),
  AUTHENTICATION_FAILED(
      Retry.NEVER,
      Exit.FAILURE,
      "Check user, password or Kerberos ticket, and pg_hba.conf of the server."),
  PASSWORD_UNAVAILABLE(
      Retry.ALWAYS,
      Exit.FAILURE,
      "See that the file with the password can be read, or that the program that prints it works."),
  ACCESS_WITHDRAWN(
      Retry.BOUNDED,
      Exit.FAILURE,
      "The server has accepted these credentials before. Where they are being renewed it may pass;"
          + " else give the new ones and check pg_hba.conf of the server."),
  CLIENT_CERTIFICATE_REFUSED(
      Retry.NEVER,
      Exit.FAILURE,
      "Give sslcert and sslkey (or ~/.postgresql/postgresql.crt and postgresql.key): a certificate"
          + " for this role, from an authority that the server's ssl_ca_file names."),
  CHANNEL_BINDING_FAILED(
      Retry.NEVER,
      Exit.FAILURE,
      "Channel binding takes TLS (sslmode=require or stricter) and a password that pg_hba.conf asks"
          + " for by scram-sha-256; else leave channel_binding out."),
  TLS_FAILED(
      Retry.NEVER,
      Exit.FAILURE,
      "Check sslmode, sslrootcert, sslcert, sslkey and the server's certificate."),
  DATABASE_MISSING(Retry.NEVER, Exit.FAILURE, "Check the database name in the URL."),
  PERMISSION_DENIED(
      Retry.NEVER, Exit.FAILURE, "Grant the missing right; 'walferry check' prints the SQL."),
  REPLICATION_NOT_ALLOWED(
      Retry.NEVER,
      Exit.FAILURE,
      "Grant it with: ALTER ROLE <user> REPLICATION; and see that pg_hba.conf lets the user in."),
  WAL_LEVEL_TOO_LOW(
      Retry.NEVER,
      Exit.FAILURE,
      "Run: ALTER SYSTEM SET wal_level = 'logical'; and restart the server."),
  NO_FREE_SLOT(
      Retry.NEVER,
      Exit.FAILURE,
      "Drop a slot that is no longer used ('walferry slots'), or raise max_replication_slots."),
  NO_FREE_SENDER(Retry.ALWAYS, Exit.FAILURE, "Raise max_wal_senders, or stop another consumer."),

  SLOT_MISSING(
      Retry.NEVER,
      Exit.FAILURE,
      "Check the name ('walferry slots URL' lists the slots), or set 'source.create: true' to have"
          + " it made."),
  SLOT_LOST(
      Retry.NEVER,
      Exit.FAILURE,
      "The changes since the last position are gone with the slot: set 'pipeline.onSlotLost:"
          + " resnapshot' to have every table loaded again, or start over with an empty"
          + " destination."),
  SLOT_EXISTS(
      Retry.NEVER,
      Exit.FAILURE,
      "Choose another slot name, drop the slot with 'walferry slots URL drop NAME' if nobody uses"
          + " it, or set 'pipeline.load: none' to start from where the slot stands."),
  SLOT_ACTIVE(
      Retry.BOUNDED, Exit.FAILURE, "Stop the other consumer of the slot, or use another slot."),
  SLOT_FOREIGN(
      Retry.NEVER,
      Exit.FAILURE,
      "The slot belongs to something else: choose another name with 'source.slot'."),
  SLOT_UNUSABLE(
      Retry.NEVER,
      Exit.FAILURE,
      "Set 'pipeline.onSlotLost: resnapshot' to have every table loaded again, or drop the slot"
          + " with 'walferry slots URL drop NAME' and start over with an empty destination."),
  SLOT_AHEAD(
      Retry.NEVER,
      Exit.FAILURE,
      "Something else moved the slot on, so changes are missing: set 'pipeline.onSlotLost:"
          + " resnapshot' to have every table loaded again, or start over with an empty"
          + " destination."),
  SOURCE_CHANGED(
      Retry.NEVER,
      Exit.FAILURE,
      "The destination follows another server or slot: check 'source.url' and 'source.slot', or use"
          + " an empty destination. If the source was made by pg_upgrade, see"
          + " 'source.upgradedFrom'."),
  SOURCE_STANDBY(
      Retry.BOUNDED,
      Exit.FAILURE,
      "Set 'source.url' to the primary, or 'pipeline.load: none' to follow the standby from now on,"
          + " into a destination that has the rows."),
  SOURCE_SCHEMA_MOVING(
      Retry.BOUNDED, Exit.FAILURE, "Let schema changes of the published tables finish first."),
  SOURCE_TEXT_INVALID(
      Retry.NEVER,
      Exit.FAILURE,
      "Set 'source.invalidText', where 'replace' puts U+FFFD in the place of such bytes and"
          + " 'deadLetter' puts such rows among the dead letters, but for keys; or leave the table"
          + " out of 'source.tables'."),
  TEXT_UNCONVERTIBLE(
      Retry.NEVER,
      Exit.FAILURE,
      "The server cannot send a value or a name as UTF-8: mend it there, or leave its table out of"
          + " 'source.tables'."),
  SOURCE_TABLE_REPLACED(
      Retry.NEVER,
      Exit.FAILURE,
      "The stream does not carry what happened to the rows that were there. Start with"
          + " 'source.replaced: reload', which loads the table again that has the name now, or"
          + " 'leave', which keeps what the destination has and follows that table no more; for one"
          + " start WALFERRY_SOURCE_REPLACED=reload says so. 'walferry ddl install' has the source"
          + " tell of tables that are renamed or made again, and feeds follow them from then on."),
  SOURCE_TABLE_REWRITTEN(
      Retry.NEVER,
      Exit.FAILURE,
      "The stream does not carry what happened to the rows that were there: start over with an"
          + " empty destination and a new slot."),
  FEED_NOT_RESUMABLE(
      Retry.NEVER,
      Exit.FAILURE,
      "This destination keeps no position, so its feed ends with its connection: start again, or"
          + " use a destination that saves its position."),
  PUBLICATION_MISSING(
      Retry.NEVER, Exit.FAILURE, "Create the publication; 'walferry check' prints the SQL."),
  PUBLICATION_LOST(
      Retry.NEVER,
      Exit.FAILURE,
      "Changes made without the publication cannot be read: drop the slot with 'walferry slots URL"
          + " drop NAME' and start over with an empty destination."),
  PUBLICATION_INCOMPLETE(
      Retry.NEVER,
      Exit.FAILURE,
      "Add what is missing with ALTER PUBLICATION; a publication is never widened unasked."),
  REPLICA_IDENTITY_MISSING(
      Retry.NEVER,
      Exit.FAILURE,
      "Give the table a primary key of columns that are not generated, or leave it out of"
          + " 'source.tables'; 'walferry check' prints the SQL. If it is only inserted into, make"
          + " the publication yourself, WITH (publish = 'insert, truncate')."),
  CONDITION_INVALID(
      Retry.NEVER,
      Exit.USAGE,
      "Correct the condition, or leave --where out to have the whole table loaded again."),
  TABLE_MISSING(Retry.NEVER, Exit.FAILURE, "Check 'source.tables'."),
  DDL_INSTALLATION_DENIED(
      Retry.NEVER,
      Exit.FAILURE,
      "Let a superuser do it, or run what the same command prints with --print: event triggers"
          + " take one."),
  DDL_INSTALLATION_FOREIGN(
      Retry.NEVER,
      Exit.FAILURE,
      "See what is in schema walferry_ddl and whose it is; use the Walferry version that made it,"
          + " or move away what is not Walferry's."),
  PROTOCOL_VIOLATION(
      Retry.NEVER,
      Exit.FAILURE,
      "The stream is not what this version understands; please report it with the message."),

  STREAMING_UNSUITABLE(
      Retry.ALWAYS,
      Exit.FAILURE,
      "Nothing has to be done: from here on large transactions come when they have committed."),
  BINARY_UNSUITABLE(
      Retry.ALWAYS, Exit.FAILURE, "Nothing has to be done: from here on values come as text."),
  SPOOL_FULL(
      Retry.ALWAYS,
      Exit.FAILURE,
      "Raise 'pipeline.spool.diskBytes' or free space there; until then large transactions wait at"
          + " the server until they commit."),
  SPOOL_FAILED(
      Retry.BOUNDED,
      Exit.FAILURE,
      "Check the disk and the permissions of 'pipeline.spool.directory'; nothing is lost, the"
          + " server sends it again."),

  SPOOL_TOO_SMALL(
      Retry.NEVER,
      Exit.FAILURE,
      "Raise 'pipeline.spool.diskBytes' above the size of the source's largest transaction."),
  SPOOL_BUSY(
      Retry.BOUNDED,
      Exit.FAILURE,
      "Another process uses the directory: stop it, or give each feed a 'pipeline.spool.directory'"
          + " or a 'pipeline.name' of its own."),
  SPOOL_DAMAGED(
      Retry.NEVER,
      Exit.FAILURE,
      "The server has let go of what was in the spool: bring its files back, or set"
          + " 'pipeline.onSlotLost: resnapshot' to have every table loaded again."),
  SPOOL_FOREIGN(
      Retry.NEVER,
      Exit.FAILURE,
      "The spool holds changes of another server or slot: check 'source.url', 'source.slot' and"
          + " 'pipeline.spool.directory', or move its files away if nobody needs them."),
  SPOOL_FORMAT(
      Retry.NEVER, Exit.FAILURE, "Use the Walferry version that wrote the spool, or a newer one."),

  TRANSFORM_FAILED(
      Retry.NEVER,
      Exit.FAILURE,
      "Change the expression so that it has a result for every row, as in 'x != null && x > 0', and"
          + " start again."),
  DESTINATION_UNREACHABLE(
      Retry.ALWAYS, Exit.FAILURE, "Check that the destination is up and reachable."),
  DESTINATION_REFUSED(
      Retry.NEVER,
      Exit.FAILURE,
      "Check user, password and certificates, and what the destination allows this user."),
  DESTINATION_BUSY(
      Retry.ALWAYS, Exit.FAILURE, "Another process holds the destination; let it finish."),
  DESTINATION_UNWRITABLE(
      Retry.NEVER, Exit.FAILURE, "Check path, permissions and that the disk is mounted writable."),
  DESTINATION_FULL(Retry.NEVER, Exit.FAILURE, "Free space at the destination and start again."),
  DESTINATION_SHAPE(
      Retry.NEVER,
      Exit.FAILURE,
      "Give the destination's table or topic what the message expects, or move it away."),
  DESTINATION_DDL_HALTED(
      Retry.NEVER,
      Exit.FAILURE,
      "Alter the destination's table as the message says and start again, or say with 'ddl' of the"
          + " sink what becomes of such changes."),
  DESTINATION_NOT_EMPTY(
      Retry.NEVER, Exit.FAILURE, "Empty the destination table, move it away, or use another path."),
  DESTINATION_AHEAD(
      Retry.NEVER,
      Exit.FAILURE,
      "The destination has changes that the server has lost: follow the server that has them, or"
          + " start over with an empty destination."),
  DESTINATION_FENCED(
      Retry.NEVER,
      Exit.FAILURE,
      "Another process has taken over this pipeline; stop one of the two."),
  DESTINATION_CONFLICT(
      Retry.NEVER,
      Exit.FAILURE,
      "The destination was changed by somebody else: mend the row, or start over with an empty"
          + " destination."),
  DESTINATION_ROW_MISSING(
      Retry.NEVER,
      Exit.FAILURE,
      "The destination lacks a row that the source has: see who removed it, and have the table"
          + " loaded again, or say with 'rows' of the sink what becomes of such changes."),
  DESTINATION_ROW_REFUSED(
      Retry.NEVER,
      Exit.FAILURE,
      "Have the destination's column, constraint or trigger take what the source has, or send such"
          + " rows to the dead letters ('rows: {refused: deadLetter}' of the sink)."),
  DEAD_LETTERS_FULL(
      Retry.NEVER,
      Exit.FAILURE,
      "So many refused rows have one cause as a rule: mend it ('walferry deadletters list' has the"
          + " reasons) and start again, or raise 'rows.deadLettersMost' of the sink."),
  DESTINATION_VALUE(
      Retry.NEVER,
      Exit.FAILURE,
      "Say with 'lossy' of the sink what becomes of such values, or give the column a text type."),
  DESTINATION_RECORD_TOO_LARGE(
      Retry.NEVER,
      Exit.FAILURE,
      "Raise 'recordBytes' and the broker's or topic's limit (message.max.bytes,"
          + " max.message.bytes), or set 'tooLarge' to deadLetter or truncate."),
  DESTINATION_RECORD_REFUSED(
      Retry.NEVER,
      Exit.FAILURE,
      "Have the converter take what the source has, by its properties or a 'transforms' of the"
          + " sink, or set 'converter.unconvertible' to deadLetter."),
  DESTINATION_CONVERTER_FAILED(
      Retry.BOUNDED,
      Exit.FAILURE,
      "Check the properties of 'converter', who may write to its registry, and whether the registry"
          + " takes the schema of the table."),
  DESTINATION_TRANSACTION_TOO_LONG(
      Retry.BOUNDED,
      Exit.FAILURE,
      "Raise 'transactionTimeout' and the broker's transaction.max.timeout.ms above the time that"
          + " the source's largest transaction takes to be written."),
  DESTINATION_FORMAT(
      Retry.NEVER, Exit.FAILURE, "Use the Walferry version that wrote it, or a newer one."),

  CHECKPOINT_DAMAGED(
      Retry.NEVER,
      Exit.FAILURE,
      "Put back a copy of the checkpoint that is no older than the slot, or remove it, drop the"
          + " slot and begin anew: the position it had is not guessed."),
  CHECKPOINT_CONFIGURATION(
      Retry.NEVER,
      Exit.FAILURE,
      "Restore the configuration, or accept the new one in the builder ('acceptConfiguration'); use"
          + " another name to begin anew beside it."),
  CALLBACK_FAILED(
      Retry.NEVER,
      Exit.FAILURE,
      "Mend the callback, or have its failures tried again or rejected by an error policy; it is"
          + " called again from the last checkpoint on."),

  ADDRESS_UNAVAILABLE(
      Retry.NEVER,
      Exit.USAGE,
      "Set 'server.listen' to an address of this machine and a port that is free."),
  MEMORY_EXHAUSTED(
      Retry.NEVER, Exit.FAILURE, "Give the process more heap (as in WALFERRY_JAVA_OPTS=-Xmx2g)."),
  INTERRUPTED(Retry.NEVER, Exit.FAILURE, "Start again; work goes on where it stopped."),
  INTERNAL(Retry.NEVER, Exit.FAILURE, "This is a defect of Walferry; please report it.");

  /** Whether another try may help. */
  public enum Retry {
    /** The same try fails the same way. */
    NEVER,
    /** It may pass by itself, but not if it lasts. */
    BOUNDED,
    /** The other side may come back at any time. */
    ALWAYS
  }

  private enum Exit {
    USAGE(2),
    FAILURE(3);

    private final int status;

    Exit(int status) {
      this.status = status;
    }
  }

  private final Retry retry;
  private final Exit exit;
  private final String advice;

  ErrorCode(Retry retry, Exit exit, String advice) {
    this.retry = retry;
    this.exit = exit;
    this.advice = advice;
  }

  public Retry retry() {
    return retry;
  }

  /**
   * Whether a destination cannot take one row for what is in it, or for the row that is there or
   * not; others may be fine.
   */
  public boolean isAboutARow() {
    return switch (this) {
      case DESTINATION_CONFLICT,
          DESTINATION_ROW_MISSING,
          DESTINATION_ROW_REFUSED,
          DESTINATION_VALUE ->
          true;
      default -> false;
    };
  }

  /** What the operator should do next: one sentence. */
  public String advice() {
    return advice;
  }

  /** The exit status of a process that ends with this error. */
  public int exitStatus() {
    return exit.status;
  }
}
