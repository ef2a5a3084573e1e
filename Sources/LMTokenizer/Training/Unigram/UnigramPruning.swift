import Glibc

/// Leaves out the pieces that the likelihood of the corpus needs least.
///
/// If a piece goes, the most probable other way to cut it takes its place. Its loss is what that costs, with all
/// its occurrences counted for the pieces of that way.
struct UnigramPruning: ~Copyable {
  private let pieces: [SeedPiece]
  /// What is known of each piece.
  private var uses: [Use]

  private enum Use {
    /// Nothing else spells it.
    case isNeeded
    /// No word is cut with it.
    case isUnused
    /// What it is worth, for each occurrence of a word.
    case isWorth(Double)
  }

  init(_ model: borrowing UnigramExpectation, _ pieces: [SeedPiece]) {
    self.pieces = pieces
    uses = Array(repeating: .isUnused, count: pieces.count)
    let counts = model.bestCounts(pieces)
    let scores = UnigramLattice.Scores(pieces)
    let sum = Double(counts.reduce(0, &+))
    let words = Double(model.corpus.counts.reduce(0, &+))
    uses.withUnsafeMutableBufferPointer { uses in
      let uses = UseBlock(base: uses)
      model.forEachLattice(pieces) { piece, lattice in
        uses.base[piece] = Self.use(
          Int32(piece), &lattice, scores, counts, sum: sum, words: words)
      }
    }
  }

  private struct UseBlock: @unchecked Sendable {
    let base: UnsafeMutableBufferPointer<Use>
  }

  private static func use(
    _ piece: Int32, _ lattice: inout UnigramLattice, _ scores: borrowing UnigramLattice.Scores,
    _ counts: [Int64],
    sum: Double, words: Double
  ) -> Use {
    var others: [Int32] = []
    lattice.forEachBest(scores, excluding: piece) { others.append($0) }
    let count = Double(counts[Int(piece)])
    guard !others.isEmpty else { return .isNeeded }
    guard count > 0 else { return .isUnused }
    let newSum = log(sum + count * Double(others.count - 1))
    let otherLogarithms = others.reduce(0.0) { total, id in
      total + log((id < 0 ? 0 : Double(counts[Int(id)])) + count) - newSum
    }
    return .isWorth(count / words * (log(count) - log(sum) - otherLogarithms))
  }

  /// At most `size` pieces, but all that are needed; the order says which of them are of most use.
  consuming func pruned(to size: Int) -> [SeedPiece] {
    var needed: [Int] = []
    var candidates: [(piece: Int, worth: Double)] = []
    for (piece, use) in uses.enumerated() {
      switch use {
      case .isNeeded: needed.append(piece)
      case .isUnused: break
      case .isWorth(let worth): candidates.append((piece, worth))
      }
    }
    needed.sort { pieces[$0].order < pieces[$1].order }
    candidates.sort { $0.worth != $1.worth ? $0.worth > $1.worth : $0.piece < $1.piece }
    let kept = needed + candidates.prefix(max(0, size - needed.count)).map(\.piece)
    var order = Array(repeating: Int32(-1), count: pieces.count)
    for (rank, piece) in kept.enumerated() { order[piece] = Int32(rank) }
    return pieces.indices.filter { order[$0] >= 0 }.map { index in
      var piece = pieces[index]
      piece.order = order[index]
      return piece
    }
  }
}
