package io.walferry.kafka.converter;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What makes bytes of keys and values, where it is not JSON.
 *
 * @param key of keys; JSON if empty
 * @param value of values; JSON if empty
 * @param jars where the converters' classes are, beside the class path; they win over those there,
 *     but for Kafka's own
 */
public record ConversionSettings(
    Optional<ConverterSettings> key,
    Optional<ConverterSettings> value,
    List<Path> jars,
    Unconvertible unconvertible) {
  /**
   * What happens to a record whose row the converter of values does not take. A logical message
   * that it does not take ends the feed in any case.
   */
  public enum Unconvertible {
    /** The feed stops. */
    FAIL,
    /** It goes to the topic of dead letters instead, as JSON, and the feed goes on. */
    DEAD_LETTER
  }

  /** JSON. */
  public static final ConversionSettings NONE =
      new ConversionSettings(Optional.empty(), Optional.empty(), List.of(), Unconvertible.FAIL);

  public ConversionSettings {
    jars = List.copyOf(jars);
  }

  public ConversionSettings withKey(ConverterSettings converter) {
    return new ConversionSettings(Optional.of(converter), value, jars, unconvertible);
  }

  public ConversionSettings withValue(ConverterSettings converter) {
    return new ConversionSettings(key, Optional.of(converter), jars, unconvertible);
  }

  public ConversionSettings withJars(List<Path> files) {
    return new ConversionSettings(key, value, files, unconvertible);
  }

  public ConversionSettings with(Unconvertible policy) {
    return new ConversionSettings(key, value, jars, policy);
  }

  boolean any() {
    return key.isPresent() || value.isPresent();
  }
}
