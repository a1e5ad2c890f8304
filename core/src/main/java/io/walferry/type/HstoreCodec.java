package io.walferry.type;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code hstore}: keys with values, of which some are NULL. */
final class HstoreCodec {
  static final Codec<Map<String, Optional<String>>> HSTORE =
      new ScalarCodec<>(
          Map.class, HstoreCodec::fromText, HstoreCodec::fromBinary, HstoreCodec::print);

  /** The order in which the server keeps and prints keys. */
  private static final Comparator<byte[]> SERVER_ORDER =
      Comparator.<byte[]>comparingInt(key -> key.length).thenComparing(Arrays::compareUnsigned);

  private HstoreCodec() {}

  private static Map<String, Optional<String>> fromText(ByteInput in) {
    Map<String, Optional<String>> pairs = new LinkedHashMap<>();
    while (!in.atEnd()) {
      if (!pairs.isEmpty()) {
        in.expect(',');
        in.expect(' ');
      }
      String key = Quoted.backslashed(in).text();
      in.expect('=');
      in.expect('>');
      boolean isNull = in.skipIf("NULL");
      put(in, pairs, key, isNull ? Optional.empty() : Optional.of(Quoted.backslashed(in).text()));
    }
    return Collections.unmodifiableMap(pairs);
  }

  private static Map<String, Optional<String>> fromBinary(ByteInput in) {
    int count = in.count(2 * Integer.BYTES);
    Map<String, Optional<String>> pairs = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String key = in.text(in.int32());
      int length = in.int32();
      put(in, pairs, key, length == -1 ? Optional.empty() : Optional.of(in.text(length)));
    }
    return Collections.unmodifiableMap(pairs);
  }

  private static void put(
      ByteInput in, Map<String, Optional<String>> pairs, String key, Optional<String> value) {
    if (pairs.put(key, value) != null) {
      throw in.malformed("each key once before it");
    }
  }

  private static String print(Map<String, Optional<String>> pairs) {
    List<String> keys =
        pairs.keySet().stream()
            .sorted(Comparator.comparing(key -> key.getBytes(StandardCharsets.UTF_8), SERVER_ORDER))
            .toList();
    return keys.stream()
        .map(key -> quoted(key) + "=>" + value(pairs, key))
        .collect(Collectors.joining(", "));
  }

  private static String value(Map<String, Optional<String>> pairs, String key) {
    return pairs.getOrDefault(key, Optional.empty()).map(HstoreCodec::quoted).orElse("NULL");
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
