package io.walferry.apply;

import io.walferry.change.Position;

/**
 * A batch's turn to be committed.
 *
 * @param number counts from 1 in the order of commits
 * @param after the turn that has to be over before the batch may be applied; 0 for none
 * @param end the position that is committed with it
 */
record Turn(long number, long after, Batch batch, Position end) {}
