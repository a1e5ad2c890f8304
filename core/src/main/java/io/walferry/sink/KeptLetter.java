package io.walferry.sink;

import java.time.Instant;

/**
 * A letter as a destination keeps it.
 *
 * @param id by which the destination's letters are told apart, in the order in which they came
 * @param buriedAt by the destination's clock
 */
public record KeptLetter(long id, DeadLetter letter, Instant buriedAt) {}
