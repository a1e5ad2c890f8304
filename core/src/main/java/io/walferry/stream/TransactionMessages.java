package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.pgoutput.PgOutputMessage;
import java.util.Optional;

/** The messages of one transaction, wherever they come from. For the pipeline's thread. */
sealed interface TransactionMessages permits ReceivedTransaction, StoredTransaction, LoneMessage {
  /** Reads on; empty for what is none of the transaction's, and behind the last one. */
  Optional<PgOutputMessage> read();

  /** Where the transaction's commit ends, once everything was read. */
  Optional<Lsn> end();

  /** The relation of that oid as of this place of the transaction. */
  Optional<Relation> find(int oid);

  /** A relation as of the changes that follow. */
  void announced(Relation relation);
}
