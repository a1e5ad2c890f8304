package io.walferry.kafka.converter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.SampleTable;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import io.walferry.kafka.envelope.Op;
import io.walferry.kafka.envelope.Origin;
import io.walferry.kafka.envelope.RowEvent;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Apicurio's converter, from jars with another Jackson than ours, and a registry that knows one
 * answer.
 */
final class AvroConverterTest {
  private static final Path JARS = Path.of("target/avro-converter");

  private static final String REGISTERED =
      "{\"id\":\"x\",\"groupId\":\"default\",\"version\":\"1\",\"type\":\"AVRO\",\"globalId\":7,"
          + "\"contentId\":9}";

  private static final TableShape SHAPE =
      new TableShape(
          SampleTable.of("t", "*id:23", "item", "n:1700").relation(), List.of("id"), true);

  private HttpServer registry;
  private volatile int status = 200;
  private volatile String answer = REGISTERED;
  private volatile String asked = "";
  private volatile String schema = "";

  @BeforeEach
  void registry() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext("/", this::answer);
    registry.start();
  }

  @AfterEach
  void noRegistry() {
    registry.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      schema = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      asked = exchange.getRequestHeaders().getFirst("X-Registry-ArtifactId");
      byte[] bytes = answer.getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Test
  void aRowIsAvroAndItsSchemaIsRegistered() throws IOException {
    Encoded row = converted();
    // No row before; then 1, "tea" and "2.50" as text, those that may be null with their branch.
    String after = "00" + "02" + "02" + "0206" + hex("tea") + "0208" + hex("2.50");
    String bytes = HexFormat.of().formatHex(row.bytes());
    assertTrue(bytes.startsWith(after), bytes);
    Header id =
        row.headers().stream()
            .filter(it -> it.key().equals("apicurio.value.globalId"))
            .findFirst()
            .orElseThrow();
    assertEquals("0000000000000007", HexFormat.of().formatHex(id.value()));
    assertEquals("shop.public.t-value", asked);
    JsonNode record = new JsonMapper().readTree(schema);
    assertEquals("shop.public.t", record.get("namespace").asString());
    assertEquals("Envelope", record.get("name").asString());
  }

  @ParameterizedTest
  @CsvSource({
    "503, DESTINATION_UNREACHABLE",
    "409, DESTINATION_CONVERTER_FAILED",
    "422, DESTINATION_CONVERTER_FAILED",
  })
  void aRegistryThatRefusesIsNotOneThatIsAway(int code, ErrorCode expected) {
    status = code;
    answer = "{\"error_code\":%d,\"message\":\"no\",\"name\":\"SomeException\"}".formatted(code);
    assertEquals(expected, refused());
  }

  @Test
  void aRegistryThatIsGoneIsWaitedFor() {
    registry.stop(0);
    assertEquals(ErrorCode.DESTINATION_UNREACHABLE, refused());
  }

  private ErrorCode refused() {
    return assertThrows(WalferryException.class, this::converted).code();
  }

  private Encoded converted() throws IOException {
    Map<String, String> properties =
        Map.of(
            "apicurio.registry.url",
            "http://127.0.0.1:%d/apis/registry/v2".formatted(registry.getAddress().getPort()),
            "apicurio.registry.auto-register",
            "true",
            "apicurio.registry.retry-count",
            "1");
    ConversionSettings settings =
        ConversionSettings.NONE
            .withValue(
                new ConverterSettings(
                    "io.apicurio.registry.utils.converter.AvroConverter", properties))
            .withJars(jars());
    RowEvent event =
        new RowEvent(
            Op.READ,
            SHAPE,
            Optional.empty(),
            Optional.of(RowImage.of(SampleTable.row("1", "tea", "2.50"))),
            new Origin.InLoad("l", 0));
    EnvelopeSettings envelope = new EnvelopeSettings(Envelope.DEBEZIUM, "shop", "d", "gone");
    try (RecordEncoders encoders = new RecordEncoders(settings, envelope);
        RecordEncoder encoder = encoders.encoder()) {
      return encoder.value("shop.public.t", event, Integer.MAX_VALUE);
    }
  }

  private static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(JARS)) {
      return files.sorted().toList();
    }
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(UTF_8));
  }
}
