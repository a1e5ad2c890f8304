@NullMarked
package io.walferry.transform.expression;

import org.jspecify.annotations.NullMarked;
