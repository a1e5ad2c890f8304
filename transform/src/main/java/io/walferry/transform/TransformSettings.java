package io.walferry.transform;

import java.util.List;

/** What a destination gets under other names, changed, or not at all. */
public record TransformSettings(TableMapping mapping, List<TableRule> rules) {
  /** Everything goes as it is. */
  public static final TransformSettings NONE = new TransformSettings(TableMapping.NONE, List.of());

  public TransformSettings {
    rules = List.copyOf(rules);
  }

  /** Whether everything goes as it is. */
  public boolean isNothing() {
    return equals(NONE);
  }
}
