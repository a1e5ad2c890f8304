package io.walferry.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.slot.DecodingStats;
import io.walferry.slot.RetainedWal;
import io.walferry.slot.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no server at hand can show. */
final class ServerFindingsTest {
  private static String notOk(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.severity() != Severity.OK)
        .map(finding -> finding.severity() + " " + finding.subject())
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest
  @CsvSource({
    " 9, false, on,  PROBLEM server version",
    "10, false, on,  NOTE server version",
    "13, false, on,  NOTE server version",
    "14, false, on, '' ",
    "18, false, on, '' ",
    "19, false, on,  NOTE server version",
    "15, true,  on,  PROBLEM server role",
    "16, true,  on,  NOTE server role",
    "16, true,  off, NOTE server role",
  })
  void judgesVersionAndRole(int major, boolean standby, String feedback, String expected) {
    ServerFacts facts =
        new ServerFacts(
            major,
            standby,
            Map.of("wal_level", "logical", "hot_standby_feedback", feedback),
            Map.of("max_replication_slots", 5L, "max_wal_senders", 5L, "wal_sender_timeout", 1L),
            0,
            0);

    assertEquals(expected, notOk(new ServerFindings(facts, false).all()));
  }

  @ParameterizedTest
  @CsvSource({
    "4, 4, false, ''",
    "5, 4, false, PROBLEM max_replication_slots",
    "5, 4, true, '' ",
    "4, 5, false, PROBLEM max_wal_senders",
    "4, 5, true,  PROBLEM max_wal_senders",
  })
  void needsAFreeSlotUnlessItHasOneAndAFreeSender(
      int slots, int senders, boolean slotExists, String expected) {
    ServerFacts facts =
        new ServerFacts(
            18,
            false,
            Map.of("wal_level", "logical"),
            Map.of("max_replication_slots", 5L, "max_wal_senders", 5L),
            slots,
            senders);

    assertEquals(expected, notOk(new ServerFindings(facts, slotExists).all()));
  }

  @ParameterizedTest
  @CsvSource({
    "11, wal_sender_timeout,            0,  'NOTE server version, NOTE wal_sender_timeout'",
    "11, wal_sender_timeout,            60000, NOTE server version",
    "14, wal_sender_timeout,            0, ''",
    "18, max_slot_wal_keep_size,        -1, NOTE max_slot_wal_keep_size",
    "18, max_slot_wal_keep_size,        0, '' ",
    "18, idle_replication_slot_timeout, 0, '' ",
    "18, idle_replication_slot_timeout, 60, NOTE idle_replication_slot_timeout",
  })
  void judgesTimeoutsAndLimits(int major, String setting, long value, String expected) {
    ServerFacts facts =
        new ServerFacts(
            major,
            false,
            Map.of("wal_level", "logical"),
            Map.of("max_replication_slots", 5L, "max_wal_senders", 5L, setting, value),
            0,
            0);

    assertEquals(expected, notOk(new ServerFindings(facts, false).all()));
  }

  @ParameterizedTest
  @CsvSource({
    "other, pgoutput, 0,          0, '', ''",
    "other, pgoutput, 1073741824, 0, '', ''",
    "other, pgoutput, 1073741825, 0, '',           NOTE slot s",
    "other, pgoutput, 1073741825, 7, '', ''",
    "other, pgoutput, 0,          0, idle_timeout, NOTE slot s",
    "s,     pgoutput, 1073741824, 0, '', ''",
    "s,     pgoutput, 1073741825, 0, '',           NOTE slot s",
    "s,     pgoutput, 0,          0, wal_removed,  PROBLEM slot s",
    "s,     wal2json, 0,          0, '',           PROBLEM slot s",
  })
  void judgesSlots(
      String own, String plugin, long retained, int pid, String invalidation, String expected) {
    Slot slot =
        slot(plugin, retained, pid, Optional.of(invalidation).filter(why -> !why.isEmpty()));

    assertEquals(expected, notOk(SlotFindings.of(List.of(slot), Map.of(), Optional.of(own))));
  }

  @ParameterizedTest
  @CsvSource({"0, ''", "1073741825, NOTE slot s"})
  void saysWhatTheServerSpillsForTheOwnSlot(long spilled, String expected) {
    Map<String, DecodingStats> stats = Map.of("s", new DecodingStats(1, spilled, 0, 0, 1, spilled));

    assertEquals(
        expected,
        notOk(
            SlotFindings.of(
                List.of(slot("pgoutput", 0, 0, Optional.empty())), stats, Optional.of("s"))));
  }

  private static Slot slot(String plugin, long retained, int pid, Optional<String> invalidation) {
    return new Slot(
        "s",
        Optional.of(plugin),
        Optional.of("d"),
        pid == 0 ? OptionalInt.empty() : OptionalInt.of(pid),
        new RetainedWal(
            Optional.of(new Lsn(1)),
            Optional.of(new Lsn(1)),
            Optional.empty(),
            retained,
            OptionalLong.empty()),
        new Slot.Traits(false, false, false),
        invalidation);
  }
}
