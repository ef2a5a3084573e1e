import Glibc

/// Keeps the surprise of the text near a target, by leaving out tokens that would surprise too much ("Mirostat: A
/// Neural Text Decoding Algorithm that Directly Controls Perplexity", arXiv 2007.14966, version 2).
public struct Mirostat: Sendable, Equatable {
  /// The surprise to hold, in bits per token (τ); at least 0.
  public var target: Float = 5
  /// How fast it corrects itself (η); from 0.
  public var rate: Float = 0.1
  /// The greatest surprise that is allowed now, in bits (μ); nil before the first token, then 2 τ.
  private(set) var bound: Double?

  /// llama.cpp's defaults: τ 5, η 0.1.
  public init() {}

  /// Leaves out candidates whose surprise −log₂ p is above the bound; the best token stays.
  /// - Complexity: O(n) for n candidates.
  mutating func truncate(_ scores: inout TokenScores) {
    let limit = bound ?? 2 * Double(target)
    bound = limit
    let probabilities = scores.probabilities()
    guard let best = probabilities.max() else { return }
    let lowest = min(best, exp2(-limit))
    var index = -1
    scores.candidates.removeAll { _ in
      index += 1
      return probabilities[index] < lowest
    }
  }

  /// Corrects the bound by the token that was drawn.
  /// - Parameter probability: Its probability among those that were left.
  mutating func observe(_ probability: Double) {
    guard let limit = bound, probability > 0 else { return }
    bound = limit - Double(rate) * (-log2(probability) - Double(target))
  }
}
