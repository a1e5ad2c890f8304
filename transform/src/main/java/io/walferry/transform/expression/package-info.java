/** Expressions over a row's columns, in CEL; the only place that knows its library. */
@NullMarked
package io.walferry.transform.expression;

import org.jspecify.annotations.NullMarked;
