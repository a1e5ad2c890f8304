package io.walferry.cli;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.slot.DecodingStats;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code walferry slots}: what keeps the server's write-ahead log. */
@Command(
    name = "slots",
    header = "Shows replication slots and the WAL that each holds back.",
    description = "With 'drop NAME', drops one that nobody uses.",
    footer = {
      "  walferry slots postgresql://postgres@host/shop",
      "  walferry slots postgresql://postgres@host/shop --json",
      "  walferry slots postgresql://postgres@host/shop drop walferry_old"
    })
final class SlotsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "URL",
      description = "postgresql://user@host/database, or key=value pairs.")
  private String url = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  SlotsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    try (Connection connection = connect()) {
      SlotCatalog catalog = new SlotCatalog(connection);
      List<Slot> slots = catalog.list();
      Map<String, DecodingStats> stats = catalog.decodingStats();
      if (json) {
        Json.print(
            terminal.out(),
            Map.of("slots", slots.stream().map(slot -> json(slot, stats)).toList()));
      } else {
        print(slots, stats);
      }
    }
    return 0;
  }

  Connection connect() {
    ConnectionSettings settings = ConnectionSettings.parse(url, terminal.environment());
    return new PostgresConnector(settings, "walferry slots").connect();
  }

  private void print(List<Slot> slots, Map<String, DecodingStats> stats) {
    if (slots.isEmpty()) {
      terminal.out().println("There are no replication slots.");
      return;
    }
    TextTable table =
        new TextTable(
            "NAME",
            "PLUGIN",
            "DATABASE",
            "ACTIVE PID",
            "RETAINED WAL",
            "SAFE WAL",
            "SPILLED",
            "STATUS");
    for (Slot slot : slots) {
      table.add(
          slot.name(),
          slot.plugin().orElse("(physical)"),
          slot.database().orElse("-"),
          slot.activePid().isPresent() ? Integer.toString(slot.activePid().getAsInt()) : "-",
          Human.bytes(slot.wal().retainedBytes()),
          slot.wal().safeBytes().isPresent()
              ? Human.bytes(slot.wal().safeBytes().getAsLong())
              : "-",
          stats.containsKey(slot.name()) ? Human.bytes(stats.get(slot.name()).spilledBytes()) : "-",
          status(slot));
    }
    table.lines().forEach(terminal.out()::println);
    for (Slot slot : slots) {
      for (String what : concerns(slot, stats)) {
        terminal.out().println("warning: slot " + slot.name() + " " + what);
      }
    }
  }

  private static List<String> concerns(Slot slot, Map<String, DecodingStats> stats) {
    return slot.invalidation()
        .map(reason -> List.of("is lost (" + reason + ") and only takes a place"))
        .orElseGet(
            () ->
                Stream.of(
                        slot.wal().concern(),
                        Optional.ofNullable(stats.get(slot.name())).flatMap(DecodingStats::concern))
                    .flatMap(Optional::stream)
                    .toList());
  }

  private static String status(Slot slot) {
    return slot.invalidation()
        .map(reason -> "lost (" + reason + ")")
        .or(() -> slot.wal().status().map(status -> status.name().toLowerCase(Locale.ROOT)))
        .orElse("-");
  }

  private static Map<String, Object> json(Slot slot, Map<String, DecodingStats> stats) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", slot.name());
    slot.plugin().ifPresent(plugin -> json.put("plugin", plugin));
    slot.database().ifPresent(database -> json.put("database", database));
    slot.activePid().ifPresent(pid -> json.put("activePid", pid));
    json.put("retainedBytes", slot.wal().retainedBytes());
    slot.wal().safeBytes().ifPresent(bytes -> json.put("safeBytes", bytes));
    slot.wal().restartLsn().ifPresent(lsn -> json.put("restartLsn", lsn.toString()));
    slot.wal().confirmedFlushLsn().ifPresent(lsn -> json.put("confirmedFlushLsn", lsn.toString()));
    json.put("status", status(slot));
    json.put("usable", slot.isUsable());
    json.put("temporary", slot.traits().temporary());
    json.put("twoPhase", slot.traits().twoPhase());
    json.put("failover", slot.traits().failover());
    Optional.ofNullable(stats.get(slot.name()))
        .ifPresent(decoding -> json.put("decoding", decodingJson(decoding)));
    List<String> concerns = concerns(slot, stats);
    if (!concerns.isEmpty()) {
      json.put("warning", String.join("; ", concerns));
    }
    return json;
  }

  private static Map<String, Object> decodingJson(DecodingStats stats) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("spilledTransactions", stats.spilledTransactions());
    json.put("spilledBytes", stats.spilledBytes());
    json.put("streamedTransactions", stats.streamedTransactions());
    json.put("streamedBytes", stats.streamedBytes());
    json.put("totalTransactions", stats.totalTransactions());
    json.put("totalBytes", stats.totalBytes());
    return json;
  }
}
