package io.walferry.kafka.converter;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.TableShape;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.errors.DataException;

/**
 * The schemas of one table's records. Names begin with the topic's, with {@code _} for what a name
 * of Avro or Protobuf cannot have.
 *
 * @param row of {@code before} and {@code after} in the Debezium envelope
 */
record TableSchemas(Schema key, Schema row, Schema value) {
  static TableSchemas of(String topic, TableShape table, Envelope envelope) {
    String name = name(topic);
    try {
      SchemaBuilder row = SchemaBuilder.struct().name(name + ".Value");
      boolean flat = envelope == Envelope.FLATTENED;
      for (int column = 0; column < table.columns().size(); column++) {
        // A flattened TRUNCATE has no column.
        boolean optional = flat || !table.neverNull(column);
        row.field(table.columns().get(column).name(), Schemas.column(table.kind(column), optional));
      }
      if (flat) {
        Schema value = Schemas.flat(row).build();
        return new TableSchemas(key(name, table), value, value);
      }
      Schema image = row.optional().build();
      return new TableSchemas(key(name, table), image, Schemas.envelope(name + ".Envelope", image));
    } catch (DataException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "The records of table " + table.table() + " have no schema: " + e.getMessage(),
          e);
    }
  }

  private static Schema key(String name, TableShape table) {
    SchemaBuilder key = SchemaBuilder.struct().name(name + ".Key");
    for (int column : table.key()) {
      key.field(
          table.columns().get(column).name(),
          Schemas.column(table.kind(column), !table.neverNull(column)));
    }
    return key.build();
  }

  /** Parts between dots, of letters, digits and underscores, without a digit in front. */
  static String name(String topic) {
    StringBuilder name = new StringBuilder();
    boolean first = true;
    for (int symbol : topic.chars().toArray()) {
      boolean digit = symbol >= '0' && symbol <= '9';
      boolean letter = (symbol >= 'a' && symbol <= 'z') || (symbol >= 'A' && symbol <= 'Z');
      if (first && (digit || symbol == '.')) {
        name.append('_');
      }
      name.append(digit || letter || symbol == '.' ? (char) symbol : '_');
      first = symbol == '.';
    }
    return name.toString();
  }
}
