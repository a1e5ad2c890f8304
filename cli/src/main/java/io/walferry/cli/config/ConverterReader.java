package io.walferry.cli.config;

import io.walferry.kafka.converter.ConversionSettings;
import io.walferry.kafka.converter.ConversionSettings.Unconvertible;
import io.walferry.kafka.converter.ConverterSettings;
import io.walferry.kafka.envelope.Envelope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads {@code converter} of sinks of type {@code kafka}. */
final class ConverterReader {
  private static final Format<Unconvertible> UNCONVERTIBLE =
      Format.choice(
          Map.of("fail", Unconvertible.FAIL, "deadLetter", Unconvertible.DEAD_LETTER),
          List.of("fail", "deadLetter"));

  /** What a class may be called. */
  private static final Format<String> CLASS =
      Format.matching(
          "[\\w$]+(\\.[\\w$]+)*",
          "the name of a class, such as org.apache.kafka.connect.json.JsonConverter");

  private final Reading reading;

  ConverterReader(Reading reading) {
    this.reading = reading;
  }

  ConversionSettings conversion(Section section, Envelope envelope) {
    Optional<ConverterSettings> key = converter(section.section("key"));
    Section ofValues = section.section("value");
    Optional<ConverterSettings> value = converter(ofValues);
    List<Path> jars = section.value("jars", List.of(), this::jars);
    Unconvertible unconvertible = section.value("unconvertible", Unconvertible.FAIL, UNCONVERTIBLE);
    if (value.isPresent() && envelope == Envelope.CLOUD_EVENTS) {
      reading.problem(
          section.placeOf("value"),
          "'%s' takes another 'envelope': a CloudEvent is JSON".formatted(section.pathOf("value")));
    }
    if (unconvertible == Unconvertible.DEAD_LETTER && !ofValues.has("class")) {
      reading.problem(
          section.placeOf("unconvertible"),
          "'%s' is for rows that '%s' does not take: set that, too"
              .formatted(section.pathOf("unconvertible"), ofValues.pathOf("class")));
    }
    section.finish();
    return new ConversionSettings(key, value, jars, unconvertible);
  }

  /** Without a converter unless something is said of it. */
  private Optional<ConverterSettings> converter(Section section) {
    Optional<String> name =
        section.value("class", Optional.empty(), text -> Optional.of(CLASS.read(text)));
    Section given = section.section("properties");
    Map<String, String> properties = new LinkedHashMap<>();
    for (String property : given.names()) {
      given.secret(property).ifPresent(value -> properties.put(property, value.text()));
    }
    if (!section.has("class") && !properties.isEmpty()) {
      reading.problem(
          section.place(), "'%s' needs '%s'".formatted(section.path(), section.pathOf("class")));
    }
    section.finish();
    return name.map(it -> new ConverterSettings(it, properties));
  }

  /** Those of a folder, in the order of their names. */
  private List<Path> jars(String text) throws Format.BadValueException {
    Path folder = reading.directory().resolve(text).normalize();
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
      if (jars.isEmpty()) {
        throw new Format.BadValueException("names a folder without jars: " + folder);
      }
      return jars;
    } catch (IOException e) {
      throw new Format.BadValueException("names a folder that cannot be read: " + folder);
    }
  }
}
