/**
 * A stage between pipeline and sink: tables under other names, rows that are left out, columns that
 * are left out, renamed, changed or added. The pipeline goes on in terms of the source.
 */
@NullMarked
package io.walferry.transform;

import org.jspecify.annotations.NullMarked;
