import Foundation

/// All choice sequences that write one given text.
package struct Derivations {
  /// How many there are: 1 where the text determines every choice.
  package let count: Int
  /// −log₂ Σ Π 1/nᵢ over all of them: the exact information content of the text, in bits (∞ for none).
  package let bits: Double
}

/// −log₂ (1/count), the information in one uniform choice, in bits.
func information(_ count: Int) -> Double { log2(Double(count)) }

extension Grammar {
  /// Finds every derivation of `text` by answering each choice in every way, and giving up a branch at the
  /// first byte that differs from `text`. The search is exhaustive: the sum is exact for an ambiguous text too.
  ///
  /// - Complexity: about (choices × alternatives) steps for a text whose choices show soon after they are made.
  package func derivations(of text: String) throws(GrammarError) -> Derivations {
    let target = Array(text.utf8)
    var branches = [(walk: Walk(self), position: 0, bits: 0.0)]
    var found: [Double] = []
    while var branch = branches.popLast() {
      search: while true {
        switch try branch.walk.next() {
        case .text(let piece):
          let end = branch.position + piece.count
          guard end <= target.count, target[branch.position..<end].elementsEqual(piece) else { break search }
          branch.position = end
        case .choice(let count):
          branch.bits += information(count)
          for index in 0..<count {
            var next = branch
            next.walk.take(index)
            branches.append(next)
          }
          break search
        case .end:
          if branch.position == target.count { found.append(branch.bits) }
          break search
        }
      }
    }
    guard let least = found.min() else { return Derivations(count: 0, bits: .infinity) }
    let sum = found.reduce(0) { $0 + exp2(least - $1) }
    return Derivations(count: found.count, bits: least - log2(sum))
  }
}
