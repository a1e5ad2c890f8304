package io.walferry.sink;

import java.util.function.Supplier;

/**
 * Makes sinks of a type that the command line does not know itself. It is found by {@link
 * java.util.ServiceLoader}: name the class in {@code
 * META-INF/services/io.walferry.sink.SinkProvider} of its jar. It needs a public constructor
 * without parameters.
 */
public interface SinkProvider {
  /** What a configuration says as {@code type}; letters, digits and hyphens. */
  String type();

  /**
   * How sinks with these settings are made, one for each attempt. Opens nothing: a configuration is
   * only read.
   *
   * @throws io.walferry.error.WalferryException {@code CONFIGURATION_INVALID} with what is wrong
   *     with the settings; see {@link SinkSettings}
   */
  Supplier<Sink> sinks(SinkSettings settings);
}
