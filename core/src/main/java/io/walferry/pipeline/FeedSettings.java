package io.walferry.pipeline;

import io.walferry.stream.SlotKind;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is followed, and under which names.
 *
 * @param pipeline identifies the position at the destination
 * @param tables patterns such as {@code public.*}; empty stands for whatever the publication
 *     carries, or {@code public.*} where it has to be created
 * @param create whether a missing publication or slot is created
 * @param slotKind of a slot that is created and has to outlive its connection
 * @param onSlotLost what to do when changes are missing
 * @param upgradedFrom system id of the server that the source was made of, by {@code pg_upgrade} or
 *     otherwise, with nothing written between the last that the slot had there and the first that
 *     it has here
 */
public record FeedSettings(
    String pipeline,
    String slot,
    String publication,
    List<String> tables,
    boolean create,
    SlotKind slotKind,
    LoadMode load,
    SlotLoss onSlotLost,
    OptionalLong upgradedFrom) {
  public FeedSettings {
    tables = List.copyOf(tables);
  }

  /** One that has a failover slot where it can, and stops when its slot is lost. */
  public FeedSettings(
      String pipeline,
      String slot,
      String publication,
      List<String> tables,
      boolean create,
      LoadMode load) {
    this(pipeline, slot, publication, tables, create, SlotKind.FAILOVER, load, SlotLoss.FAIL);
  }

  /** One whose source was always the same server. */
  public FeedSettings(
      String pipeline,
      String slot,
      String publication,
      List<String> tables,
      boolean create,
      SlotKind slotKind,
      LoadMode load,
      SlotLoss onSlotLost) {
    this(
        pipeline,
        slot,
        publication,
        tables,
        create,
        slotKind,
        load,
        onSlotLost,
        OptionalLong.empty());
  }

  public FeedSettings upgradedFrom(OptionalLong systemId) {
    return new FeedSettings(
        pipeline, slot, publication, tables, create, slotKind, load, onSlotLost, systemId);
  }
}
