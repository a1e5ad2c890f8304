package io.walferry.preflight;

import io.walferry.slot.DecodingStats;
import io.walferry.slot.RetainedWal;
import io.walferry.slot.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is to say about the slots that exist. */
final class SlotFindings {
  private static final long MEBIBYTE = 1L << 20;

  private SlotFindings() {}

  /**
   * Findings on all slots of the server.
   *
   * @param stats by the slot's name, where there are any
   * @param own the feed's slot
   */
  static List<Finding> of(
      List<Slot> slots, Map<String, DecodingStats> stats, Optional<String> own) {
    List<Finding> findings = new ArrayList<>();
    for (Slot slot : slots) {
      boolean isOwn = own.isPresent() && own.get().equals(slot.name());
      if (isOwn) {
        findings.add(own(slot));
        if (slot.isUsable()) {
          slot.wal().concern().map(what -> concern(slot, what)).ifPresent(findings::add);
          Optional.ofNullable(stats.get(slot.name()))
              .flatMap(DecodingStats::concern)
              .map(what -> spilling(slot, what))
              .ifPresent(findings::add);
        }
      } else if (!slot.isUsable()) {
        findings.add(
            Finding.note(
                    subject(slot),
                    "usable",
                    "lost: " + slot.invalidation().orElse("unknown"),
                    "Its consumer cannot go on; it only takes a place.")
                .mendedBy(dropStatement(slot)));
      } else if (slot.activePid().isEmpty()
          && slot.wal().retainedBytes() > RetainedWal.MUCH_BYTES) {
        findings.add(
            Finding.note(
                    subject(slot),
                    "in use, or keeping less than "
                        + RetainedWal.MUCH_BYTES / MEBIBYTE
                        + " MiB of WAL",
                    "idle, keeping " + slot.wal().retainedBytes() / MEBIBYTE + " MiB",
                    "If nobody comes back for it, it fills the disk: drop it then.")
                .mendedBy(dropStatement(slot)));
      }
    }
    return findings;
  }

  private static Finding own(Slot slot) {
    if (!slot.isUsable()) {
      return Finding.problem(
              subject(slot),
              "usable",
              "lost: " + slot.invalidation().orElse("unknown"),
              "The changes since its last position are gone; the feed has to start over.")
          .mendedBy(dropStatement(slot));
    }
    String plugin = slot.plugin().orElse("none, it is physical");
    if (!plugin.equals("pgoutput")) {
      return Finding.problem(
          subject(slot),
          "plug-in pgoutput",
          "plug-in " + plugin,
          "Somebody else's slot has the name; choose another one.");
    }
    String kept = "keeping " + slot.wal().retainedBytes() / MEBIBYTE + " MiB of WAL";
    String use =
        slot.activePid().isPresent() ? "in use by process " + slot.activePid().getAsInt() : "idle";
    return Finding.ok(subject(slot), "usable", use + ", " + kept);
  }

  private static Finding concern(Slot slot, String what) {
    return Finding.note(
        subject(slot),
        "keeping less than " + RetainedWal.MUCH_BYTES / MEBIBYTE + " MiB of WAL, and reserved",
        what,
        "The feed is behind, or stands still: WAL fills the disk, or the slot is lost at"
            + " max_slot_wal_keep_size.");
  }

  private static Finding spilling(Slot slot, String what) {
    return Finding.note(
        subject(slot),
        "decoded in memory, or sent while in progress",
        what,
        "Transactions larger than logical_decoding_work_mem are written to the disk and read again,"
            + " each time they are decoded. Let the feed take them while they are in progress"
            + " (source.streaming, from 14 on), or raise logical_decoding_work_mem. The server"
            + " counts until SELECT pg_stat_reset_replication_slot('"
            + slot.name()
            + "').");
  }

  private static String subject(Slot slot) {
    return "slot " + slot.name();
  }

  /** Slot names consist of letters, digits and underscores only. */
  private static String dropStatement(Slot slot) {
    return "SELECT pg_drop_replication_slot('" + slot.name() + "');";
  }
}
