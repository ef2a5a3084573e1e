import LMTensor

extension Variable {
  /// y = x Wᵀ + b, or residual + x Wᵀ + b.
  ///
  /// Backward: d_x = d_y W, d_W = d_yᵀ x, d_b = Σ rows of d_y, d_residual = d_y.
  /// - Parameters:
  ///   - weight: `[N, K]`.
  ///   - bias: `[N]`, or nil.
  ///   - residual: float32 `[M, N]`, added to the product; the result then is float32.
  ///   - precision: type in which products are formed; sums are float32.
  ///   - tape: records the backward; nil computes the value only.
  /// - Returns: `[M, N]` of `precision`, or float32 with a residual.
  /// - Complexity: 2 · M · N · K operations, twice that backward.
  public func linear(
    _ weight: Parameter, bias: Parameter? = nil, residual: Variable? = nil, precision: DType, tape: Tape?
  ) -> Variable {
    let (rows, outputs) = (value.rowCount, weight.value.rowCount)
    let y = Tensor([rows, outputs], dtype: residual == nil ? precision : .float32)
    let result =
      residual.map { MatrixResult(y, adding: $0.value, bias: bias?.value) }
      ?? MatrixResult(y, bias: bias?.value)
    MatrixProduct.multiply(.rows(of: value), .rows(of: weight.value), precision: precision, into: result)
    let output = Variable(y)
    tape?.record(output) { gradient in
      let input = Tensor(self.shape, dtype: self.dtype)
      MatrixProduct.multiply(
        .rows(of: gradient), .columns(of: weight.value), precision: precision, into: MatrixResult(input))
      self.addGradient(input)
      // The residual stream's gradient is added to in place further down: a kept factor is a copy.
      if weight.isTrainable {
        self.whenPresent { x in
          weight.collectProduct(gradient, isShared: residual != nil, x, precision: precision)
        }
      }
      bias?.collectSum { gradient.addColumnSums(to: $0) }
      residual?.addGradient(gradient)
    }
    return output
  }
}
