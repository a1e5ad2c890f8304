package io.walferry.pipeline;

import io.walferry.publication.RowFilters;
import io.walferry.stream.SlotKind;
import java.util.List;
import java.util.Optional;

/**
 * What is followed, and under which names.
 *
 * @param pipeline identifies the position at the destination
 * @param tables patterns such as {@code public.*}; empty stands for whatever the publication
 *     carries, or {@code public.*} where it has to be created
 * @param create whether a missing publication or slot is created
 * @param slotKind of a slot that is created and has to outlive its connection
 * @param onSlotLost what to do when changes are missing
 * @param upgradedFrom the server that the source was made of, if its position at a destination is
 *     to be gone on from
 * @param rowFilters which rows a publication that is created carries
 * @param replaced what to do when a followed table is another one by now
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
    Optional<Predecessor> upgradedFrom,
    RowFilters rowFilters,
    Replacement replaced) {
  public FeedSettings {
    tables = List.copyOf(tables);
  }

  /** One that wants every row of its tables, and stops when one of these is replaced. */
  public FeedSettings(
      String pipeline,
      String slot,
      String publication,
      List<String> tables,
      boolean create,
      SlotKind slotKind,
      LoadMode load,
      SlotLoss onSlotLost,
      Optional<Predecessor> upgradedFrom) {
    this(
        pipeline,
        slot,
        publication,
        tables,
        create,
        slotKind,
        load,
        onSlotLost,
        upgradedFrom,
        RowFilters.NONE,
        Replacement.FAIL);
  }

  /** One that has a failover slot where it can, and stops when its slot is lost. */
  public FeedSettings(
      String pipeline,
      String slot,
      String publication,
      List<String> tables,
      boolean create,
      LoadMode load) {
    this(
        pipeline,
        slot,
        publication,
        tables,
        create,
        SlotKind.FAILOVER,
        load,
        SlotLoss.FAIL,
        Optional.empty());
  }

  public FeedSettings upgradedFrom(Predecessor predecessor) {
    return new FeedSettings(
        pipeline,
        slot,
        publication,
        tables,
        create,
        slotKind,
        load,
        onSlotLost,
        Optional.of(predecessor),
        rowFilters,
        replaced);
  }

  public FeedSettings replaced(Replacement reaction) {
    return new FeedSettings(
        pipeline,
        slot,
        publication,
        tables,
        create,
        slotKind,
        load,
        onSlotLost,
        upgradedFrom,
        rowFilters,
        reaction);
  }
}
