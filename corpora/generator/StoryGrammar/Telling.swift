/// A story and the information in the choices that made it.
package struct Telling {
  package let text: String
  /// Σ log₂ n over the choices, in bits.
  package let bits: Double
  /// The walk at its end: what the story bound and marked.
  package let walk: Walk
}

extension Grammar {
  /// Tells one story, with every choice uniform among its open alternatives.
  ///
  /// - Complexity: linear in the length of the story.
  package func tell(using random: inout RandomStream) throws(GrammarError) -> Telling {
    var walk = Walk(self)
    var bytes: [UInt8] = []
    var bits = 0.0
    while true {
      switch try walk.next() {
      case .text(let piece):
        bytes += piece
      case .choice(let count):
        walk.take(random.below(count))
        bits += information(count)
      case .end:
        return Telling(text: String(decoding: bytes, as: UTF8.self), bits: bits, walk: walk)
      }
    }
  }
}
