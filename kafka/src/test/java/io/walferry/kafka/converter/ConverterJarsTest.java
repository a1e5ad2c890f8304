package io.walferry.kafka.converter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.SampleTable;
import io.walferry.kafka.converter.WatchedConverter.Watch;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import io.walferry.kafka.envelope.Op;
import io.walferry.kafka.envelope.Origin;
import io.walferry.kafka.envelope.RowEvent;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where converters come from, and when they are closed. */
final class ConverterJarsTest {
  /** It sees the loader of its jar while it works, and a resource of that. */
  private static final String CONVERTER =
      """
      package @P@;

      import java.util.Map;
      import org.apache.kafka.connect.data.*;
      import org.apache.kafka.connect.storage.Converter;

      public final class @C@ implements Converter {
        private byte[] text;

        @Override
        public void configure(Map<String, ?> properties, boolean isKey) {
          requireLoader();
          text = String.valueOf(properties.get("text")).getBytes();
        }

        @Override
        public byte[] fromConnectData(String topic, Schema schema, Object value) {
          requireLoader();
          return text;
        }

        private static void requireLoader() {
          ClassLoader loader = Thread.currentThread().getContextClassLoader();
          if (loader != @C@.class.getClassLoader()) {
            throw new IllegalStateException("another loader");
          }
          String own = "@F@";
          try {
            if (!loader.getResource(own).equals(loader.getResources(own).nextElement())
                || !loader.getResource(own).toString().contains("mine.jar")) {
              throw new IllegalStateException("another resource");
            }
          } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
          }
        }

        @Override
        public SchemaAndValue toConnectData(String topic, byte[] value) {
          throw new UnsupportedOperationException();
        }
      }
      """;

  private static final TableShape SHAPE =
      new TableShape(SampleTable.of("t", "v").relation(), List.of(), true);

  private static final RowEvent ROW =
      new RowEvent(
          Op.READ,
          SHAPE,
          Optional.empty(),
          Optional.of(RowImage.of(SampleTable.row("x"))),
          new Origin.InLoad("l", 0));

  @TempDir private Path directory;

  private final String tag = UUID.randomUUID().toString();
  private final Watch watch = WatchedConverter.of(tag);

  /** The second one is there twice, and the jars have Kafka's classes, too. */
  @ParameterizedTest
  @CsvSource({"mine.Mine", "io.walferry.kafka.converter.FaultyConverter"})
  void aClassInAJarWinsOverOneOnTheClassPath(String name) throws Exception {
    URI kafka = Converter.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    ConversionSettings settings =
        ConversionSettings.NONE
            .withValue(new ConverterSettings(name, Map.of("text", "of a jar")))
            .withJars(List.of(Path.of(kafka), jar(name)));
    try (RecordEncoders encoders = encoders(settings);
        RecordEncoder encoder = encoders.encoder()) {
      assertEquals("of a jar", converted(encoder));
    }
  }

  @Test
  void whatTheJarsLackIsOnTheClassPath() throws Exception {
    ConversionSettings settings =
        ConversionSettings.NONE.withValue(watched(Map.of())).withJars(List.of(jar("mine.Mine")));
    try (RecordEncoders encoders = encoders(settings);
        RecordEncoder encoder = encoders.encoder()) {
      assertEquals("x", converted(encoder));
    }
    assertEquals(List.of("told", "converted", "closed"), watch.calls());
  }

  @Test
  void aConverterThatDoesNotTakeItsPropertiesIsClosed() {
    try (RecordEncoders encoders =
        encoders(ConversionSettings.NONE.withKey(watched(Map.of("refusing", ""))))) {
      refused(ErrorCode.CONFIGURATION_INVALID, encoders::encoder);
      assertEquals(List.of("told", "closed"), watch.calls());
    }
  }

  @Test
  void theConverterOfKeysIsClosedIfThereIsNoneOfValues() {
    try (RecordEncoders encoders =
        encoders(
            ConversionSettings.NONE
                .withKey(watched(Map.of()))
                .withValue(new ConverterSettings("some.Missing", Map.of())))) {
      refused(ErrorCode.CONFIGURATION_INVALID, encoders::encoder);
      assertEquals(List.of("told", "closed"), watch.calls());
    }
  }

  @Test
  void eachIsClosedOnceAndAtTheLatestWithAllOthers() {
    RecordEncoders encoders = encoders(ConversionSettings.NONE.withValue(watched(Map.of())));
    RecordEncoder closedTwice = encoders.encoder();
    closedTwice.close();
    closedTwice.close();
    RecordEncoder open = encoders.encoder();
    assertEquals(1, watch.closed());
    encoders.close();
    encoders.close();
    open.close();
    assertEquals(2, watch.closed());
    refused(ErrorCode.INTERRUPTED, () -> converted(open));
    refused(ErrorCode.INTERRUPTED, encoders::encoder);
  }

  /** Nor are its jars, of which it may need more. */
  @Test
  void noneIsClosedWhileItConverts() throws Exception {
    ConverterJars jars = new ConverterJars(List.of(jar("mine.Mine")));
    LoadedConverter held = jars.converter(watched(Map.of("held", "mine/Mine.class")), false);
    CompletableFuture<Encoded> conversion =
        CompletableFuture.supplyAsync(
            () -> held.convert("t", "a row", SchemaAndValue.NULL, () -> SchemaAndValue.NULL));
    watch.entered().await();
    held.close();
    jars.close();
    assertEquals(0, watch.closed());
    watch.go().countDown();
    assertEquals("x", new String(conversion.get().bytes(), UTF_8));
    assertEquals(List.of("told", "converted", "closed"), watch.calls());
  }

  private ConverterSettings watched(Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(more);
    properties.put("tag", tag);
    return new ConverterSettings(WatchedConverter.class.getName(), properties);
  }

  private static RecordEncoders encoders(ConversionSettings settings) {
    return new RecordEncoders(settings, new EnvelopeSettings(Envelope.DEBEZIUM, "p", "d", "gone"));
  }

  private static String converted(RecordEncoder encoder) {
    return new String(encoder.value("t", ROW, Integer.MAX_VALUE).bytes(), UTF_8);
  }

  private static void refused(ErrorCode code, Executable action) {
    WalferryException failure = assertThrows(WalferryException.class, action);
    assertEquals(code, failure.code(), failure::getMessage);
  }

  /** With a converter of this name. */
  private Path jar(String name) throws IOException {
    int dot = name.lastIndexOf('.');
    String file = name.replace('.', '/') + ".class";
    String source =
        CONVERTER
            .replace("@P@", name.substring(0, dot))
            .replace("@C@", name.substring(dot + 1))
            .replace("@F@", file);
    Path written = Files.writeString(directory.resolve(name.substring(dot + 1) + ".java"), source);
    Path classes = Files.createDirectory(directory.resolve("classes"));
    ToolProvider.getSystemJavaCompiler()
        .run(null, null, null, "-proc:none", "-d", classes.toString(), written.toString());
    Path jar = directory.resolve("mine.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry(file));
      out.write(Files.readAllBytes(classes.resolve(file)));
    }
    return jar;
  }
}
