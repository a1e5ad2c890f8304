@NullMarked
package io.walferry.spool;

import org.jspecify.annotations.NullMarked;
