package io.walferry.kafka.converter;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.storage.Converter;

/**
 * Kafka's own JSON converter with a fault, by its property {@code fault}: {@code poison} refuses
 * what has that word in it, {@code once} does so the first time only, {@code down} cannot reach its
 * registry for that, {@code schema} refuses everything, {@code mismatch} as a registry does, {@code
 * nothing} makes no bytes. Each record has the header {@code format}.
 */
public final class FaultyConverter implements Converter {
  private final JsonConverter json = new JsonConverter();
  private String fault = "";
  private String url = "";
  private boolean refused;

  @Override
  public void configure(Map<String, ?> properties, boolean isKey) {
    Map<String, Object> rest = new HashMap<>(properties);
    fault = String.valueOf(rest.remove("fault"));
    url = String.valueOf(rest.remove("url"));
    json.configure(rest, isKey);
  }

  @Override
  public byte[] fromConnectData(String topic, Schema schema, Object value) {
    return switch (fault) {
      case "schema" -> throw new DataException("refused by the registry at " + url);
      case "mismatch" ->
          throw new DataException("no id", new SerializationException(new IOException("differs")));
      case "nothing" -> nothing();
      default -> converted(topic, schema, value);
    };
  }

  @SuppressWarnings("NullAway") // What a converter of others may do.
  private static byte[] nothing() {
    return null;
  }

  private byte[] converted(String topic, Schema schema, Object value) {
    if (fault.equals("once") && refused) {
      return json.fromConnectData(topic, schema, value);
    }
    if (words(value).contains("poison")) {
      refused = true;
      throw fault.equals("down")
          ? new DataException("no id", new SerializationException(new ConnectException("refused")))
          : new DataException("cannot take " + words(value));
    }
    return json.fromConnectData(topic, schema, value);
  }

  /** A struct does not show its bytes. */
  private static String words(Object value) {
    return value instanceof Struct struct && struct.schema().field("message") != null
        ? StandardCharsets.UTF_8.decode(content(struct)).toString() + value
        : value.toString();
  }

  private static ByteBuffer content(Struct struct) {
    return ((ByteBuffer) struct.getStruct("message").get("content")).duplicate();
  }

  @Override
  public byte[] fromConnectData(String topic, Headers headers, Schema schema, Object value) {
    headers.add("format", "json".getBytes(StandardCharsets.UTF_8));
    return fromConnectData(topic, schema, value);
  }

  @Override
  public SchemaAndValue toConnectData(String topic, byte[] value) {
    return json.toConnectData(topic, value);
  }
}
