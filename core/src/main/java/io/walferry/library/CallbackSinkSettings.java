package io.walferry.library;

import java.time.Duration;
import java.util.Map;

/**
 * What a destination of callbacks is like.
 *
 * @param takesBinary whether changes may come in binary
 * @param configuration that a checkpoint belongs to
 * @param acceptsConfiguration whether it may belong to another one
 * @param drain how long a stop waits for acknowledgements
 * @param restarted told when an attempt begins
 */
record CallbackSinkSettings(
    Routes routes,
    boolean savesPosition,
    boolean takesBinary,
    Map<String, String> configuration,
    boolean acceptsConfiguration,
    Duration drain,
    Runnable restarted) {
  CallbackSinkSettings {
    configuration = Map.copyOf(configuration);
  }
}
