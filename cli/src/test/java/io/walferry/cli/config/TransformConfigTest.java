package io.walferry.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.walferry.change.TableId;
import io.walferry.transform.NewColumn;
import io.walferry.transform.TransformSettings;
import io.walferry.transform.value.Hmac;
import io.walferry.transform.value.Mask;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TransformConfigTest {
  private static final String START =
      "source: {url: 'host=db user=me'}\nsinks:\n  shop:\n    type: sqlite\n    path: a.db\n";

  @TempDir private Path directory;

  @Test
  void everyKeyIsRead() {
    String yaml =
        START
            + "    schemas: {sales: shop}\n"
            + "    tables: {public.people: 'crm.\"a.b\"'}\n"
            + "    transforms:\n"
            + "      - tables: ['public.*']\n"
            + "        where: x == 1\n"
            + "        rename: {a: b}\n"
            + "        set: {region: eu, twice: {expression: x * 2}}\n"
            + "        mask: {columns: [phone], first: 1, last: 2, with: '#'}\n"
            + "        hmac: {columns: [mail], key: {env: KEY}}\n";
    ConfigResult result =
        ConfigFile.parse(yaml, directory, Map.of("KEY", "0123456789abcdef0123456789abcdef"));
    WalferryConfig config = assertInstanceOf(ConfigResult.Valid.class, result).config();
    SinkConfig sink = config.feeds().getFirst().sinks().getFirst();
    TransformSettings read = assertInstanceOf(SinkConfig.Transformed.class, sink).transforms();
    assertEquals(Map.of("sales", "shop"), read.mapping().schemas());
    assertEquals(
        Map.of(new TableId("public", "people"), new TableId("crm", "a.b")),
        read.mapping().tables());
    assertEquals("x == 1", read.rules().getFirst().where().orElseThrow());
    assertEquals(new Mask(1, 2, '#'), read.rules().getFirst().values().get("phone"));
    assertInstanceOf(Hmac.class, read.rules().getFirst().values().get("mail"));
    assertEquals(
        Map.of("region", new NewColumn.Constant("eu"), "twice", new NewColumn.Computed("x * 2")),
        read.rules().getFirst().set());
  }

  @Test
  void problemsHaveTheirLines() {
    String yaml =
        START
            + "    transforms:\n"
            + "      - tables: ['public.*']\n"
            + "        wher: x == 1\n"
            + "      - hmac: {columns: [mail], key: short}\n";
    ConfigResult result = ConfigFile.parse(yaml, directory, Map.of());
    List<String> problems =
        assertInstanceOf(ConfigResult.Invalid.class, result).problems().stream()
            .map(ConfigProblem::toString)
            .toList();
    assertEquals(
        List.of(
            "line 8, column 9: unknown key 'sinks.shop.transforms.1.wher'; did you mean 'where'?",
            "line 9, column 9: 'sinks.shop.transforms.2.tables' is missing",
            "line 9, column 38: 'sinks.shop.transforms.2.hmac.key': a key needs 16 bytes or more,"
                + " such as those of 'openssl rand -hex 32'"),
        problems);
  }
}
