package io.walferry.cli.config;

import io.walferry.sinks.table.ExistingRows;

/** Reads {@code apply} of a sink: how many of its batches are under way. */
final class ApplyReader {
  private static final int WORKERS_MAX = 16;

  private final Reading reading;

  ApplyReader(Reading reading) {
    this.reading = reading;
  }

  int workers(Section sink, ExistingRows existing) {
    Section apply = sink.section("apply");
    int workers = apply.value("workers", SinkConfig.WORKERS, Format.wholeNumber(1, WORKERS_MAX));
    if (workers > 1 && existing == ExistingRows.MERGE) {
      reading.problem(
          apply.placeOf("workers"),
          "'%s' has to be 1 with 'existing: merge', whose changes are applied in their order"
              .formatted(apply.pathOf("workers")));
    }
    apply.finish();
    return workers;
  }
}
