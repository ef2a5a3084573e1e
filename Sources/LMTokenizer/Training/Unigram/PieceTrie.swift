/// Finds the pieces that begin at a place: a tree of characters, level by level in one block, so that the children
/// of a node are neighbours in the order of their characters.
struct PieceTrie: ~Copyable {
  private struct Node {
    var character: Int32
    /// The first child; the first child of the next node ends the children.
    var firstChild: Int32
    /// The piece that ends here, -1 where none does.
    var piece: Int32
  }

  private var nodes: [Node] = []
  /// The node of each first character, -1 where no piece begins with it.
  private var roots: [Int32]

  /// A tree of `pieces`, which are in the order of their characters.
  init(_ pieces: [SeedPiece], _ symbols: UnsafeBufferPointer<Int32>, alphabetCount: Int) {
    roots = Array(repeating: -1, count: alphabetCount)
    // Pieces below each node, and how many characters they share.
    var ranges: [(range: Range<Int>, depth: Int)] = [(0..<pieces.count, 0)]
    nodes.append(Node(character: -1, firstChild: 1, piece: -1))
    var index = 0
    while index < nodes.count {
      var (range, depth) = ranges[index]
      nodes[index].firstChild = Int32(nodes.count)
      if depth > 0, let first = range.first, Int(pieces[first].length) == depth {
        nodes[index].piece = Int32(first)
        range = range.dropFirst().startIndex..<range.upperBound
      }
      var start = range.lowerBound
      while start < range.upperBound {
        let character = symbols[Int(pieces[start].position) + depth]
        var end = start + 1
        while end < range.upperBound, symbols[Int(pieces[end].position) + depth] == character { end += 1 }
        if depth == 0 { roots[Int(character)] = Int32(nodes.count) }
        nodes.append(Node(character: character, firstChild: 0, piece: -1))
        ranges.append((start..<end, depth + 1))
        start = end
      }
      index += 1
    }
    nodes.append(Node(character: -1, firstChild: Int32(nodes.count), piece: -1))
  }

  /// Calls `body` with the end and the number of every piece that `word` has from `start` on, the shortest first.
  @inline(__always) func forEachPiece(
    in word: UnsafeBufferPointer<Int32>, from start: Int, _ body: (_ end: Int, _ piece: Int32) -> Void
  ) {
    nodes.withUnsafeBufferPointer { nodes in
      var node = Int(roots[Int(word[start])])
      var end = start &+ 1
      while node >= 0 {
        if nodes[node].piece >= 0 { body(end, nodes[node].piece) }
        guard end < word.count else { return }
        node = Self.child(of: node, word[end], nodes)
        end &+= 1
      }
    }
  }

  @inline(__always) private static func child(
    of node: Int, _ character: Int32, _ nodes: UnsafeBufferPointer<Node>
  ) -> Int {
    var lower = Int(nodes[node].firstChild)
    var upper = Int(nodes[node &+ 1].firstChild)
    while upper &- lower > 4 {
      let middle = (lower &+ upper) / 2
      if nodes[middle].character <= character { lower = middle } else { upper = middle }
    }
    while lower < upper {
      if nodes[lower].character == character { return lower }
      lower &+= 1
    }
    return -1
  }
}
