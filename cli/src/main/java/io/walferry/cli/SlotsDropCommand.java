package io.walferry.cli;

import io.walferry.slot.SlotCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code walferry slots URL drop NAME}. */
@Command(
    name = "drop",
    header = "Drops a slot that nobody uses, so that the server can remove its WAL.",
    description = "Its consumer cannot go on from where it was.",
    footer = "  walferry slots postgresql://postgres@host/shop drop walferry_old")
final class SlotsDropCommand implements Callable<Integer> {
  private final Terminal terminal;

  @ParentCommand private SlotsCommand slots;

  @Parameters(paramLabel = "NAME", description = "The slot's name.")
  private String name = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  SlotsDropCommand(Terminal terminal) {
    this.terminal = terminal;
    this.slots = new SlotsCommand(terminal);
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    try (Connection connection = slots.connect()) {
      new SlotCatalog(connection).drop(name);
    }
    if (json) {
      Json.print(terminal.out(), Map.of("dropped", name));
    } else {
      terminal.out().println("Dropped slot " + name + ".");
    }
    return 0;
  }
}
