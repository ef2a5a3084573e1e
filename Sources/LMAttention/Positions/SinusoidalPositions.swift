import Glibc
import LMTensor

/// Fixed positions of "Attention Is All You Need" (arXiv 1706.03762), sines before cosines:
/// table[p, i] = sin(p · 10000^(−2i / D)) for i < D / 2, and the cosine of the same angle at D / 2 + i.
public func sinusoidalPositions(_ positions: Int, width: Int) -> Tensor {
  let table = Tensor([positions, width])
  let half = (width + 1) / 2
  for position in 0..<positions {
    for i in 0..<width {
      let pair = i < half ? i : i - half
      let angle = Double(position) * pow(10_000, -2 * Double(pair) / Double(width))
      table.floats[position * width + i] = Float(i < half ? sin(angle) : cos(angle))
    }
  }
  return table
}
