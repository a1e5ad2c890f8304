package io.walferry.cli;

import java.util.ArrayList;
import java.util.List;

/** What a demo says at its end: the verdict, and where to look next. */
final class DemoSummary {
  private final DemoDirectory directory;
  private final DemoShop shop;
  private final DemoResult result;

  DemoSummary(DemoDirectory directory, DemoShop shop, DemoResult result) {
    this.directory = directory;
    this.shop = shop;
    this.result = result;
  }

  List<String> lines(Terminal terminal) {
    List<String> lines = new ArrayList<>();
    lines.add(verdict(terminal));
    lines.add("");
    lines.add(terminal.bold("Where to go from here"));
    if (directory.kept()) {
      lines.add("  look at the copy        sqlite3 " + directory.database() + " \\");
      lines.add(
          "                            'select status, count(*) from \"shop.orders\" group by 1'");
      lines.add("  the same, for ever      " + directory.configuration() + " shows how");
    } else {
      lines.add("  keep the copy           walferry demo --keep ./shop-demo");
    }
    lines.add("  is your server ready?   walferry check postgresql://user@host/database");
    lines.add("  follow it               walferry run walferry.yaml, with");
    lines.add("");
    configuration().lines().map(line -> "      " + line).forEach(lines::add);
    return lines;
  }

  private String verdict(Terminal terminal) {
    String compared =
        "%s rows of %d tables"
            .formatted(
                Human.count(result.comparison().rowsCompared()),
                result.comparison().tablesCompared());
    return result.differences() == 0
        ? terminal.green("   Equal: ") + compared + ", no difference."
        : terminal.red("   DIFFERENT: ")
            + compared
            + ", "
            + Human.count(result.differences())
            + " differences: "
            + result.comparison().tableDifferences();
  }

  /** With a server of the user's in place of ours, which is gone with the demo. */
  String configuration() {
    return """
    source:
      url: postgresql://user@host/shop     # the demo's was %s
      tables: ["shop.*"]
    sinks:
      shop:
        type: sqlite
        path: shop.db
    """
        .formatted(shop.uri());
  }
}
