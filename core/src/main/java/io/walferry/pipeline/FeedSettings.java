package io.walferry.pipeline;

import java.util.List;

/**
 * What is followed, and under which names.
 *
 * @param pipeline identifies the position at the destination
 * @param tables patterns such as {@code public.*}; empty stands for whatever the publication
 *     carries, or {@code public.*} where it has to be created
 * @param create whether a missing publication or slot is created
 * @param onSlotLost what to do when changes are missing
 */
public record FeedSettings(
    String pipeline,
    String slot,
    String publication,
    List<String> tables,
    boolean create,
    LoadMode load,
    SlotLoss onSlotLost) {
  public FeedSettings {
    tables = List.copyOf(tables);
  }

  /** One that stops when its slot is lost. */
  public FeedSettings(
      String pipeline,
      String slot,
      String publication,
      List<String> tables,
      boolean create,
      LoadMode load) {
    this(pipeline, slot, publication, tables, create, load, SlotLoss.FAIL);
  }
}
