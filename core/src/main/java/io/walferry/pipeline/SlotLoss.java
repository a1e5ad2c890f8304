package io.walferry.pipeline;

/** What to do when the slot is gone, given up by the server, or was moved on by somebody else. */
public enum SlotLoss {
  /** Stop with advice. */
  FAIL,
  /** Make a new slot and load every table again, in the place of the rows that are there. */
  RESNAPSHOT
}
