package io.walferry.preflight;

import io.walferry.change.TableId;
import io.walferry.slot.Slot;
import io.walferry.slot.StandbySlots;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whether a feed can go on at a standby that is promoted, as far as the primary can tell. */
final class FailoverFindings {
  /** The first version with slots that are kept on standbys. */
  private static final int SINCE = 17;

  /** The first whose standbys know since when a slot has had {@code two_phase}. */
  private static final int TWO_PHASE_SINCE = 18;

  private static final int NAME_LENGTH_MAX = 63;

  private final ServerFacts server;
  private final List<Slot> slots;
  private final ReadinessQuestion question;

  FailoverFindings(ServerFacts server, List<Slot> slots, ReadinessQuestion question) {
    this.server = server;
    this.slots = slots;
    this.question = question;
  }

  List<Finding> all() {
    if (server.major() < SINCE || server.standby()) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    own().filter(Slot::isUsable).flatMap(this::ofOwn).ifPresent(findings::add);
    if (usesFailover()) {
      addUnnamed(findings);
      addBlocking(findings);
    }
    return findings;
  }

  private Optional<Slot> own() {
    return slots.stream()
        .filter(slot -> question.slot().equals(Optional.of(slot.name())))
        .filter(slot -> slot.isLogical() && !slot.traits().temporary())
        .findFirst();
  }

  private Optional<Finding> ofOwn(Slot slot) {
    boolean kept = slot.traits().failover();
    if (!kept && !question.failover()) {
      return Optional.empty();
    }
    boolean inPart = slot.traits().twoPhase() && server.major() < TWO_PHASE_SINCE;
    if (inPart) {
      return Optional.of(keptInPart(slot));
    }
    return kept ? Optional.empty() : Optional.of(notKept(slot));
  }

  private static Finding notKept(Slot slot) {
    return Finding.note(
            "slot " + slot.name(),
            "failover, so that standbys keep it too",
            "on this server only",
            "Where a standby is promoted the feed has to start over. This takes a replication"
                + " connection (psql 'dbname=… replication=database'), while no feed uses the"
                + " slot.")
        .mendedBy(keep(slot));
  }

  private static String keep(Slot slot) {
    return "ALTER_REPLICATION_SLOT " + TableId.quote(slot.name()) + " (FAILOVER true);";
  }

  /** A copy is where its original is, but has no two_phase. */
  private Finding keptInPart(Slot slot) {
    String name = slot.name();
    String copy = freeName(name);
    return Finding.note(
            "slot " + name,
            "failover and, on PostgreSQL 17, no two_phase",
            "two_phase",
            "Standbys of 17 are not told since when a slot has had two_phase: where one is"
                + " promoted, a transaction that was prepared before can be lost. The feed does not"
                + " need two_phase, which a copy of the slot does not have. This takes a"
                + " replication connection (psql 'dbname=… replication=database') and room for one"
                + " more slot, while no feed uses the slot.")
        .mendedBy(replace(name, copy) + "\n" + replace(copy, name) + "\n" + keep(slot));
  }

  /** Of a slot that is not there; what an earlier try has left behind stays what it is. */
  private String freeName(String name) {
    List<String> taken = slots.stream().map(Slot::name).toList();
    return IntStream.iterate(1, number -> number + 1)
        .mapToObj(number -> "_copy" + number)
        .map(
            suffix ->
                name.substring(0, Math.min(name.length(), NAME_LENGTH_MAX - suffix.length()))
                    + suffix)
        .filter(copy -> !taken.contains(copy))
        .findFirst()
        .orElseThrow();
  }

  /** One statement, which drops nothing if there is no copy, and copies nothing that is in use. */
  private static String replace(String slot, String copy) {
    return """
    SELECT pg_drop_replication_slot(s.slot_name) FROM pg_replication_slots s,\
     LATERAL pg_copy_logical_replication_slot(s.slot_name, '%2$s')\
     WHERE s.slot_name = '%1$s' AND NOT s.active;\
    """
        .formatted(slot, copy);
  }

  /** Of slots that are there, or of the one that the feed will make. */
  private boolean usesFailover() {
    boolean makesOne = question.failover() && question.slot().isPresent() && own().isEmpty();
    return makesOne || slots.stream().anyMatch(slot -> slot.traits().failover());
  }

  private void addUnnamed(List<Finding> findings) {
    List<String> named = named();
    List<String> unnamed =
        physical()
            .filter(slot -> slot.activePid().isPresent() && !named.contains(slot.name()))
            .map(Slot::name)
            .toList();
    if (!unnamed.isEmpty()) {
      findings.add(
          Finding.note(
                  StandbySlots.SETTING,
                  "names the slot of each standby that may be promoted",
                  "not named: " + String.join(", ", unnamed),
                  "Such a standby can be behind the destination when it is promoted, and the feed"
                      + " then ends with DESTINATION_AHEAD. A feed waits for those that are"
                      + " named.")
              .mendedBy(setting(Stream.concat(named.stream(), unnamed.stream()))));
    }
  }

  /** The server sends a failover slot nothing that one of these standbys does not have yet. */
  private void addBlocking(List<Finding> findings) {
    List<String> named = named();
    List<String> usable =
        physical()
            .filter(slot -> named.contains(slot.name()) && slot.isUsable())
            .map(Slot::name)
            .toList();
    List<String> missing = named.stream().filter(name -> !usable.contains(name)).toList();
    if (!missing.isEmpty()) {
      findings.add(
          Finding.problem(
                  StandbySlots.SETTING,
                  "names physical slots that are there",
                  "there is none, or it is lost: " + String.join(", ", missing),
                  "The server sends failover slots nothing until each standby that is named has"
                      + " it.")
              .mendedBy(setting(usable.stream())));
    }
    List<String> idle =
        physical()
            .filter(slot -> usable.contains(slot.name()) && slot.activePid().isEmpty())
            .map(Slot::name)
            .toList();
    if (!idle.isEmpty()) {
      findings.add(
          Finding.note(
              StandbySlots.SETTING,
              "names the slots of standbys that are connected",
              "not in use: " + String.join(", ", idle),
              "The server sends failover slots nothing until each standby that is named has it."));
    }
  }

  private Stream<Slot> physical() {
    return slots.stream().filter(slot -> !slot.isLogical() && !slot.traits().temporary());
  }

  /** Slots have names that need no quotes. */
  private List<String> named() {
    return Stream.of(server.setting(StandbySlots.SETTING).split(",", -1))
        .map(name -> name.strip().replace("\"", "").toLowerCase(Locale.ROOT))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private static String setting(Stream<String> names) {
    String list =
        names.collect(Collectors.toCollection(TreeSet::new)).stream()
            .collect(Collectors.joining(", "));
    return "ALTER SYSTEM SET "
        + StandbySlots.SETTING
        + " = '"
        + list
        + "';\nSELECT pg_reload_conf();";
  }
}
