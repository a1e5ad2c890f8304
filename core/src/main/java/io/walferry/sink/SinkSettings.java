package io.walferry.sink;

import io.walferry.error.DidYouMean;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a configuration says of a sink, besides its type. A value may be a secret, so none is
 * printed.
 *
 * @param name the user's name for the sink
 * @param values by their keys
 * @param directory where relative paths start
 */
public record SinkSettings(String name, Map<String, String> values, Path directory) {
  public SinkSettings {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  public Optional<String> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * A value that must be there.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID}
   */
  public String require(String key) {
    return find(key).orElseThrow(() -> invalid("'" + key + "' is missing"));
  }

  /**
   * Sees that there are no other keys.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID}
   */
  public void requireKnown(String... keys) {
    List<String> known = Arrays.asList(keys);
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw invalid("unknown key '" + key + "'" + DidYouMean.suffix(key, known));
      }
    }
  }

  /** For a setting that means nothing; the problem must not show a secret. */
  public WalferryException invalid(String problem) {
    return new WalferryException(ErrorCode.CONFIGURATION_INVALID, problem);
  }

  @Override
  public String toString() {
    return "SinkSettings[" + name + ", " + values.keySet() + "]";
  }
}
