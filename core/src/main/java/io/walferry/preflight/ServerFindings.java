package io.walferry.preflight;

import io.walferry.publication.Publication.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What is to say about the server itself: its version and its settings. */
final class ServerFindings {
  /** Before it, nothing else can be asked: the server's functions have other names. */
  static final int OLDEST = 10;

  private static final int OLDEST_FULL = 14;
  private static final int NEWEST_KNOWN = 18;

  /** From it on a stream sets its own. */
  private static final int OWN_SENDER_TIMEOUT_SINCE = 12;

  private static final int STANDBY_DECODING_SINCE = 16;

  private final ServerFacts facts;
  private final boolean slotExists;

  /**
   * Findings on a server.
   *
   * @param slotExists whether the feed has its slot already and needs no free one
   */
  ServerFindings(ServerFacts facts, boolean slotExists) {
    this.facts = facts;
    this.slotExists = slotExists;
  }

  List<Finding> all() {
    List<Finding> findings = new ArrayList<>();
    findings.add(version());
    findings.add(walLevel());
    findings.add(slots());
    findings.add(senders());
    if (facts.standby()) {
      findings.add(standby());
    }
    addEncoding(findings);
    addTimeouts(findings);
    return findings;
  }

  Finding version() {
    String expected = "PostgreSQL " + OLDEST_FULL + " to " + NEWEST_KNOWN;
    String found = "PostgreSQL " + facts.setting("server_version");
    if (facts.major() < OLDEST) {
      return Finding.problem(
          "server version",
          expected,
          found,
          "Logical replication with pgoutput came with PostgreSQL " + OLDEST + ".");
    }
    if (facts.major() < OLDEST_FULL) {
      return Finding.note("server version", expected, found, olderThanFull());
    }
    if (facts.major() > NEWEST_KNOWN) {
      return Finding.note(
          "server version", expected, found, "It is newer than what was tested with.");
    }
    return Finding.ok("server version", expected, found);
  }

  private String olderThanFull() {
    String why =
        "It is tested in its main features only, and the first load reads each table by one"
            + " connection.";
    return Operation.of(facts.major()).contains(Operation.TRUNCATE)
        ? why
        : why + " TRUNCATE is not in its stream: the destination keeps the rows.";
  }

  private Finding walLevel() {
    String found = facts.setting("wal_level");
    if (found.equals("logical")) {
      return Finding.ok("wal_level", "logical", found);
    }
    return Finding.problem(
            "wal_level",
            "logical",
            found,
            "The write-ahead log lacks what logical decoding needs; the change takes a restart of"
                + " the server.")
        .mendedBy("ALTER SYSTEM SET wal_level = 'logical';");
  }

  private Finding slots() {
    String why =
        "A feed needs a slot: drop one that nobody uses, or raise the limit, which takes a"
            + " restart.";
    return capacity("max_replication_slots", facts.slotsUsed(), slotExists, why);
  }

  private Finding senders() {
    String why = "A feed needs a sender while it runs; raising the limit takes a restart.";
    return capacity("max_wal_senders", facts.sendersUsed(), false, why);
  }

  private Finding capacity(String setting, long used, boolean enough, String why) {
    long limit = facts.number(setting).orElse(0);
    String found = used + " of " + limit + " in use";
    if (used < limit || enough) {
      return Finding.ok(setting, "at least 1 free", found);
    }
    return Finding.problem(setting, "at least 1 free", found, why)
        .mendedBy("ALTER SYSTEM SET " + setting + " = " + Math.max(10, limit * 2) + ";");
  }

  private Finding standby() {
    if (facts.major() < STANDBY_DECODING_SINCE) {
      return Finding.problem(
          "server role",
          "a primary",
          "a standby",
          "Standbys decode from PostgreSQL " + STANDBY_DECODING_SINCE + " on; use the primary.");
    }
    boolean feedback = facts.setting("hot_standby_feedback").equals("on");
    Finding finding =
        Finding.note(
            "server role",
            "a primary, or a standby with hot_standby_feedback",
            "a standby with hot_standby_feedback " + facts.setting("hot_standby_feedback"),
            "It is followed with 'pipeline.load: none' only, since its snapshots do not tell what"
                + " they see. Publications are made on the primary, a new slot waits for its next"
                + " snapshot record (SELECT pg_log_standby_snapshot() there), and without feedback"
                + " its VACUUM invalidates the slot.");
    return feedback ? finding : finding.mendedBy("ALTER SYSTEM SET hot_standby_feedback = on;");
  }

  private void addEncoding(List<Finding> findings) {
    if (facts.setting("server_encoding").equals("SQL_ASCII")) {
      findings.add(
          Finding.note(
              "encoding",
              "an encoding that says what bytes mean",
              "SQL_ASCII",
              "The database takes whatever bytes a client sends. Text that is not UTF-8 stops a"
                  + " feed; but in keys, 'source.invalidText' can have it replaced, or its row put"
                  + " among the dead letters."));
    }
  }

  private void addTimeouts(List<Finding> findings) {
    if (facts.major() < OWN_SENDER_TIMEOUT_SINCE && isZero(facts.number("wal_sender_timeout"))) {
      findings.add(
          Finding.note(
                  "wal_sender_timeout",
                  "more than 0",
                  "0",
                  "A consumer that vanishes keeps the slot busy until the network gives up, so a"
                      + " restarted feed has to wait.")
              .mendedBy("ALTER SYSTEM SET wal_sender_timeout = '1min';"));
    }
    OptionalLong keepSize = facts.number("max_slot_wal_keep_size");
    if (keepSize.isPresent() && keepSize.getAsLong() < 0) {
      findings.add(
          Finding.note(
              "max_slot_wal_keep_size",
              "known to the operator",
              "unlimited",
              "WAL piles up while a feed stands still, until the disk is full; with a limit, the"
                  + " slot is lost instead."));
    }
    OptionalLong idle = facts.number("idle_replication_slot_timeout");
    if (idle.isPresent() && idle.getAsLong() > 0) {
      findings.add(
          Finding.note(
                  "idle_replication_slot_timeout",
                  "0",
                  facts.setting("idle_replication_slot_timeout"),
                  "A feed that stands still for longer loses its slot and has to start over.")
              .mendedBy("ALTER SYSTEM SET idle_replication_slot_timeout = 0;"));
    }
  }

  private static boolean isZero(OptionalLong number) {
    return number.isPresent() && number.getAsLong() == 0;
  }
}
