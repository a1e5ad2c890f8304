package io.walferry.pgoutput;

import org.jspecify.annotations.Nullable;

/** The message types, each with its tag, the protocol that brought it and where it may stand. */
enum MessageType {
  BEGIN('B', "Begin", 1, Place.OUTSIDE_STREAM),
  COMMIT('C', "Commit", 1, Place.OUTSIDE_STREAM),
  ORIGIN('O', "Origin", 1, Place.ANYWHERE),
  RELATION('R', "Relation", 1, Place.ANYWHERE),
  TYPE('Y', "Type", 1, Place.ANYWHERE),
  INSERT('I', "Insert", 1, Place.ANYWHERE),
  UPDATE('U', "Update", 1, Place.ANYWHERE),
  DELETE('D', "Delete", 1, Place.ANYWHERE),
  TRUNCATE('T', "Truncate", 1, Place.ANYWHERE),
  LOGICAL_MESSAGE('M', "Message", 1, Place.ANYWHERE),
  STREAM_START('S', "Stream Start", 2, Place.OUTSIDE_STREAM),
  STREAM_STOP('E', "Stream Stop", 2, Place.INSIDE_STREAM),
  STREAM_COMMIT('c', "Stream Commit", 2, Place.OUTSIDE_STREAM),
  /** PostgreSQL 18 sends it also where nothing is streamed, for what it has found to be aborted. */
  STREAM_ABORT('A', "Stream Abort", 1, Place.OUTSIDE_STREAM),
  BEGIN_PREPARE('b', "Begin Prepare", 3, Place.OUTSIDE_STREAM),
  PREPARE('P', "Prepare", 3, Place.OUTSIDE_STREAM),
  COMMIT_PREPARED('K', "Commit Prepared", 3, Place.OUTSIDE_STREAM),
  ROLLBACK_PREPARED('r', "Rollback Prepared", 3, Place.OUTSIDE_STREAM),
  STREAM_PREPARE('p', "Stream Prepare", 3, Place.OUTSIDE_STREAM);

  enum Place {
    ANYWHERE,
    INSIDE_STREAM,
    OUTSIDE_STREAM
  }

  private static final @Nullable MessageType[] BY_TAG = new MessageType[256];

  static {
    for (MessageType type : values()) {
      BY_TAG[type.tag] = type;
    }
  }

  private final char tag;
  private final String label;
  private final int sinceProtocol;
  private final Place place;

  MessageType(char tag, String label, int sinceProtocol, Place place) {
    this.tag = tag;
    this.label = label;
    this.sinceProtocol = sinceProtocol;
    this.place = place;
  }

  /**
   * The type with a tag, if it may stand here.
   *
   * @param tag unsigned
   */
  static MessageType of(int tag, int protocolVersion, boolean insideStream) {
    MessageType type = BY_TAG[tag];
    if (type == null) {
      throw new ProtocolException("pgoutput", 0, "a message type", MessageReader.hex(tag));
    }
    if (type.sinceProtocol > protocolVersion) {
      throw new ProtocolException(
          type.label,
          0,
          "protocol " + type.sinceProtocol + " or later",
          "protocol " + protocolVersion);
    }
    if (insideStream ? type.place == Place.OUTSIDE_STREAM : type.place == Place.INSIDE_STREAM) {
      throw new ProtocolException(
          type.label,
          0,
          "it " + (insideStream ? "outside" : "inside") + " a stream block",
          "it " + (insideStream ? "inside" : "outside") + " one");
    }
    return type;
  }

  String label() {
    return label;
  }
}
