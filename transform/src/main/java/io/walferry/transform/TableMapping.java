package io.walferry.transform;

import io.walferry.change.TableId;
import java.util.Map;

/**
 * What tables of the source are called at a destination.
 *
 * @param schemas names of schemas there, by those at the source
 * @param tables names of tables there, by those at the source; these come first
 */
public record TableMapping(Map<String, String> schemas, Map<TableId, TableId> tables) {
  /** Every table keeps its name. */
  public static final TableMapping NONE = new TableMapping(Map.of(), Map.of());

  public TableMapping {
    schemas = Map.copyOf(schemas);
    tables = Map.copyOf(tables);
  }

  TableId of(TableId source) {
    TableId mapped = tables.get(source);
    return mapped != null
        ? mapped
        : new TableId(schemas.getOrDefault(source.schema(), source.schema()), source.name());
  }
}
