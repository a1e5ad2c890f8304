package io.walferry.kafka.converter;

import java.util.Map;

/**
 * A converter of Kafka Connect, and what it is told.
 *
 * @param className of an {@code org.apache.kafka.connect.storage.Converter}
 * @param properties as a worker of Kafka Connect gives them to it, without the prefix
 */
public record ConverterSettings(String className, Map<String, String> properties) {
  public ConverterSettings {
    properties = Map.copyOf(properties);
  }

  /** Shows no property, which may be a password. */
  @Override
  public String toString() {
    return "ConverterSettings[" + className + ", " + properties.keySet() + "]";
  }
}
