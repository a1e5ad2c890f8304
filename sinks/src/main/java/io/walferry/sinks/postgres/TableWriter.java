package io.walferry.sinks.postgres;

import io.walferry.sinks.run.TableChanges;

/**
 * Where the changes of one relation go.
 *
 * @param shape of the table as it was found
 */
record TableWriter(TableShape shape, TableChanges changes) {}
